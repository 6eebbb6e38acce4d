// Package soak is what long tests share: how often they try what they try, where their chance
// comes from, and how they say afterwards what was tried.
//
// make test tries everything a few times; make soak (scripts/soak.sh) sets the build tag soak
// and tries it as often as it says.
package soak
