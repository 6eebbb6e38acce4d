# Needs Go, git and make on a Debian; everything else is installed by `make prepare`.

# Three packages at once: those with servers take nearly all of the time, and together they
# keep two cores busy to the end. Their servers need some 8 GB of memory.
TEST_FLAGS ?= -p 3 -timeout 55m
FUZZ_TIME  ?= 10s

.PHONY: build man prepare lint test fuzz demo

build: ## the tool, as bin/cwb
	CGO_ENABLED=0 go build -trimpath -o bin/cwb ./cmd/cwb

man: ## the man pages, cmd/cwb/man/*.1, from what the verbs say of themselves
	go test ./cmd/cwb -run TestManPages -update

prepare: ## servers and tools that the tests and the demo need
	@bash internal/testbed/prepare.sh >/dev/null

lint: ## gofmt, go vet and staticcheck, with and without the tests that need servers
	@bash scripts/lint.sh

test: prepare lint ## every check and every test, on real servers; none is taken from the cache
	go test -tags servers -count 1 $(TEST_FLAGS) ./...

fuzz: ## each fuzz target for FUZZ_TIME
	@bash scripts/fuzz.sh $(FUZZ_TIME)

demo: prepare ## plan, apply and list on real servers
	@bash scripts/demo.sh

bench: prepare ## ratios to what operators would use instead
	@bash scripts/bench.sh

soak: prepare ## what the tests try a few times, very often; prints its seed
	@bash scripts/soak.sh
