# The doors to the house: `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help devnet upgrade test lint bench attacks weights build setup release worker-cuda zombienet kills simulation fuzz chain-specs metadata check-metadata protocol

export RECKON_HOME ?= $(HOME)/.cache/reckon
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

ifeq ($(RECKON_OFFLINE),1)
export CARGO_NET_OFFLINE := true
endif

# Set-up notes here which compiler makes the runtime's wasm; it may do so during this very run.
ENV = if [ -f "$(RECKON_HOME)/env" ]; then . "$(RECKON_HOME)/env"; fi;

# Always the whole workspace: another selection of packages would be another set of features, and
# half of the dependencies would be compiled once more.
#
# `fast-runtime`: epochs of a minute and short windows, so that a person at a development chain, or
# a test, need not wait. Releases are built without it, by `make release`.
SELECTION = --locked --workspace --features reckon-node/fast-runtime
BUILD = $(ENV) cargo build $(SELECTION) --bins

help: ## list these doors
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 24

setup: ## install what is missing on this machine
	@scripts/setup

build: setup ## compile every program
	$(BUILD)

devnet: build ## a chain, a worker, a gateway, one paid answer through each door; stays up until Ctrl-C
	@exec "$(TARGET_DIR)/debug/reckon" devnet up --foreground

upgrade: setup ## compile the runtime and put it on the chain of the running devnet
	@$(ENV) cargo build $(SELECTION) --lib
	@"$(TARGET_DIR)/debug/reckon" devnet upgrade

# nextest last: its summary is the last thing to read. JavaScript and end-to-end tests are started
# by Rust tests of the crate reckon-e2e, which also needs the programs of `build`.
test: lint build ## everything that is checked before a change lands
	@$(ENV) cargo test $(SELECTION) --doc --quiet
	@$(ENV) cargo nextest run $(SELECTION)

lint: setup ## formatting, clippy, the direction of dependencies
	@$(ENV) scripts/lint

bench: setup ## measure the chain, the engine and the gateway; prints ratios, asserts nothing
	@$(ENV) scripts/bench $(SELECTION)

attacks: build ## cheat against the audits in every known way: computing, then voting; an hour. OPTIONS="--trials 10 --only fp8"
	@"$(TARGET_DIR)/debug/reckon-attacks" $(OPTIONS)
	@"$(TARGET_DIR)/debug/reckon-simulation" attacks

weights: setup ## measure the pallets' calls and write pallets/*/src/weights.rs
	@$(ENV) scripts/weights

release: setup ## the programs as they are shipped: slower to build, with the chain's real times
	@$(ENV) OPENSSL_NO_VENDOR=0 cargo build --locked --profile production \
		-p reckon-node -p reckon-worker -p reckon-cli -p reckon-gateway

worker-cuda: setup ## the worker with NVIDIA support; starts without a driver too
	@$(ENV) scripts/worker-cuda

zombienet: build ## networks of validators that come, fall, audit and cheat: the long tests, 23 minutes
	@$(ENV) RECKON_BIN_DIR="$(abspath $(TARGET_DIR))/debug" \
		cargo test --locked --manifest-path zombienet/Cargo.toml -- --nocapture

kills: build ## gateway, worker, node and database killed under load: a thousand times, hours. KILLS=100 SEED=7
	@$(ENV) RECKON_KILLS=$(or $(KILLS),1000) RECKON_SEED=$(or $(SEED),1) \
		cargo test $(SELECTION) --test kills -- --nocapture charged_once

# The runtime runs natively here.
simulation: setup ## every strategy of providers and auditors on the real runtime: who earns most; some minutes
	@$(ENV) SKIP_WASM_BUILD=1 cargo run --locked -p reckon-simulation -- market
	@$(ENV) SKIP_WASM_BUILD=1 cargo run --locked -p reckon-simulation -- attacks

fuzz: setup ## hostile bytes for every type that travels, a million for each
	@$(ENV) scripts/fuzz

chain-specs: build ## write the chain specs of shared networks; never again once one has started
	@$(ENV) scripts/chain-specs "$(TARGET_DIR)/debug/reckon-node"

# The crates that are compiled against the old file may fail; the node is built all the same.
metadata: setup ## write sdk/metadata.scale from the node
	-@$(ENV) cargo build $(SELECTION) --bins --keep-going
	@scripts/metadata "$(TARGET_DIR)/debug/reckon-node" sdk/metadata.scale

check-metadata: build ## fail when sdk/metadata.scale is not what the node says
	@scripts/metadata --check "$(TARGET_DIR)/debug/reckon-node" sdk/metadata.scale

protocol: setup ## write the code of the gateway's gRPC messages again, after a change of gateway/protocol/proto
	@$(ENV) CARGO_TARGET_DIR="$(abspath $(TARGET_DIR))/protocol" \
		cargo run --locked --manifest-path gateway/protocol/generate/Cargo.toml
