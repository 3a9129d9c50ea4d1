# The one entry to building, testing and running Kinkajou. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: bootstrap
bootstrap: ## Install what is missing (Debian packages) and start a Docker engine where none answers
	@scripts/bootstrap

.PHONY: packages packages-to-run
packages:
	@scripts/bootstrap packages
packages-to-run:
	@scripts/bootstrap packages run

# What does not need each other is made at the same time: scripts/lib/parts.sh says what needs what.
.PHONY: build
build: packages-to-run ## Build the static release binaries into build/bin
	@scripts/parts binaries

.PHONY: images
images: packages-to-run ## Build the kinkajou/pod image
	@scripts/parts pod-image

.PHONY: push
push: packages-to-run ## Build for the registry KINKAJOU_REGISTRY, and push the Pod's image to it
	@scripts/parts pod-image
	@scripts/push

.PHONY: node-image
node-image: packages-to-run ## Build kinkajou/node:v1.20.2, the node image from Debian alone
	@scripts/parts node-image

.PHONY: up
up: packages-to-run ## Kubernetes in Kubernetes: a host cluster in Docker, and a cluster in a Pod of it
	@scripts/parts host-image
	@scripts/up

.PHONY: down
down: ## Take away what `make up` has made
	@scripts/down

.PHONY: test
test: packages ## Run all tests, those on real parts too (root; some 30 minutes)
	@scripts/test

.PHONY: test-quick
test-quick: packages ## Run the unit tests, and one nested cluster from its Pod to its first Pod (root; some 5 minutes)
	@scripts/test --quick

.PHONY: test-unit
test-unit: ## Run the unit tests (no root, no engine)
	@scripts/test --unit

.PHONY: lint
lint: ## Check all that people edit: Swift, shell, Python, Go, YAML, the docs
	@scripts/lint

.PHONY: bench
bench: packages ## Measure sizes, start-up times and memory, beside tini, runc and plain kind
	@scripts/parts pod-image node-image
	@scripts/bench

.PHONY: clean
clean: ## Remove what was built in this folder
	rm -rf .build build
