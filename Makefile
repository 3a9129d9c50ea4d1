# The one entry to building, testing and running Kinkajou. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: bootstrap
bootstrap: ## Install what is missing (Debian packages) and start a Docker engine where none answers
	@scripts/bootstrap

.PHONY: packages
packages:
	@scripts/bootstrap packages

.PHONY: build
build: packages ## Build the static release binaries into build/bin
	@scripts/build

.PHONY: images
images: build ## Build the kinkajou/pod image
	@scripts/bootstrap engine
	@scripts/pod-image

.PHONY: node-image
node-image: build ## Build kinkajou/node:v1.20.2, the node image from Debian alone
	@scripts/bootstrap engine
	@scripts/node-image

.PHONY: up
up: images ## Kubernetes in Kubernetes: a host cluster in Docker, and a cluster in a Pod of it
	@scripts/up

.PHONY: down
down: ## Take away what `make up` has made
	@scripts/down

.PHONY: test
test: images node-image ## Run all tests, those on real parts too (root; some 30 minutes)
	@scripts/test

.PHONY: test-unit
test-unit: ## Run the unit tests (no root, no engine)
	@swift test --skip IntegrationTests

.PHONY: lint
lint: ## Check the formatting of all Swift sources
	@swift format lint --strict --recursive Package.swift Sources Tests
	@echo "lint: clean"

.PHONY: bench
bench: images node-image ## Measure sizes, start-up times and memory, beside tini, runc and plain kind
	@scripts/bench

.PHONY: clean
clean: ## Remove what was built in this folder
	rm -rf .build build
