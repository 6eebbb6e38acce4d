package soak_test

import (
	"testing"

	"cwb/internal/soak"
)

func TestSeedIsThatOfTheEnvironment(t *testing.T) {
	t.Setenv("SEED", "20261122")
	if got := soak.Seed(t); got != 20261122 {
		t.Errorf("the seed is %d", got)
	}
}

func TestSeedsOfTwoRunsDiffer(t *testing.T) {
	t.Setenv("SEED", "")
	if one, other := soak.Seed(t), soak.Seed(t); one == other {
		t.Errorf("both are %d", one)
	}
}
