#!/usr/bin/env python3
"""Checks which way dependencies point: docs/decisions and the rules below, over `cargo metadata`.

Each rule is a function from the facts to a list of complaints, so that its tests can hand it a
workspace that breaks it (lint_dependencies_test.py).
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Folders under pallets/ that any pallet may use: traits and pure mathematics, no storage.
SHARED_PALLET_FOLDERS = {"support", "economics"}

# A library that decides an architecture is named by one crate only; everybody else goes through it.
OWNERS = [
    (r"candle(-.+)?|cudarc", "reckon-engine"),
    (r"subxt(-.+)?", "reckon-sdk"),
    (r"libp2p(-.+)?", "reckon-p2p"),
    (r"landlock|seccompiler", "reckon-sandbox"),
]
# Tests make what a cheat would: weights that are not the model's.
IN_TESTS = ("candle-core", "dev")
# nix is fine for signals; these of its features are for making sandboxes.
SANDBOX_FEATURES_OF_NIX = {"mount", "ptrace", "sched"}
SANDBOX = "reckon-sandbox"

# The harness trains and quantises models, as cheats do. It is never shipped, and only another harness
# may use it.
ATTACKS = "reckon-attacks"
# Harnesses run what others are made of, and nothing is made of them.
HARNESSES = {"reckon-attacks", "reckon-e2e", "reckon-simulation"}

# These know the chain by its metadata: a runtime upgrade must not need a new worker.
OFF_CHAIN = {
    "reckon-cli",
    "reckon-connections",
    "reckon-engine",
    "reckon-gateway",
    "reckon-gateway-protocol",
    "reckon-gateway-store",
    "reckon-openai",
    "reckon-p2p",
    "reckon-sandbox",
    "reckon-sdk",
    "reckon-sealed",
    "reckon-worker",
}
CHAIN_ONLY = re.compile(r"reckon-runtime|reckon-node|pallet-.+|frame-.+|sc-.+")
# Formats, not pallets: how metadata is read.
CHAIN_FORMATS = {"frame-decode", "frame-metadata"}

PRIMITIVES = "reckon-primitives"
PRIMITIVES_MAY_USE = {
    "blake3",
    "parity-scale-codec",
    "scale-info",
    "serde",
    "sp-core",
    "sp-crypto-hashing",
    "sp-runtime",
}

# The arithmetic of audits goes into the runtime as into daemons, and knows neither.
VERIFICATION = "reckon-verification"
VERIFICATION_MAY_USE = {"blake3", "libm", "parity-scale-codec", "scale-info"}

# So do the statements of channels.
RECEIPTS = "reckon-receipts"
RECEIPTS_MAY_USE = {
    "parity-scale-codec",
    PRIMITIVES,
    "scale-info",
    "serde",
    "sp-core",
    "sp-runtime",
}

NODE = "reckon-node"
NODE_PALLETS = re.compile(r"pallet-.+-rpc(-runtime-api)?")

# Two of these in one program are two chains of types that do not fit each other.
ONE_VERSION = {"frame-support", "sp-core", "sp-runtime"}
# A second copy of these is minutes of compiling; say here why it is worth that.
ONE_COMPATIBLE_VERSION = {
    "candle-core",
    "jsonrpsee",
    "libp2p",
    "rustls",
    "subxt",
    "tokenizers",
    "tokio",
    "wasmtime",
}
# In the place of somebody else's crate, by `[patch]`: they have its version.
STAND_INS = {"wasm-opt"}

FORBIDDEN = {
    "librocksdb-sys": "minutes of C++; the node keeps its state in ParityDB",
    "wasm-opt-sys": "minutes of C++; runtime/wasm-opt does what is asked of it",
}


@dataclass
class Dependency:
    """A line of a crate's Cargo.toml; `kind` is "normal", "dev" or "build"."""

    name: str
    kind: str = "normal"
    features: frozenset = frozenset()


@dataclass
class Crate:
    """A member of the workspace."""

    name: str
    folder: str
    dependencies: list = field(default_factory=list)


def pallets_are_strangers(crates):
    """A pallet never depends on another pallet of ours, not even in tests."""
    ours = {c.name: Path(c.folder).name for c in crates if Path(c.folder).parent.name == "pallets"}
    for crate in crates:
        if crate.name not in ours:
            continue
        for dependency in crate.dependencies:
            folder = ours.get(dependency.name)
            if folder and folder not in SHARED_PALLET_FOLDERS:
                yield (
                    f"{crate.name} depends on {dependency.name}: ask through a trait of "
                    "pallets/support and let the runtime tie the ends"
                )


def libraries_have_owners(crates):
    """One crate names candle, one names subxt, one names libp2p, one makes sandboxes."""
    for crate in crates:
        for dependency in crate.dependencies:
            for pattern, owner in OWNERS:
                if (dependency.name, dependency.kind) == IN_TESTS:
                    continue
                if crate.name == ATTACKS and owner == "reckon-engine":
                    continue
                if crate.name != owner and re.fullmatch(pattern, dependency.name):
                    yield f"{crate.name} names {dependency.name}: only {owner} may"
            if (
                dependency.name == "nix"
                and crate.name != SANDBOX
                and dependency.features & SANDBOX_FEATURES_OF_NIX
            ):
                yield f"{crate.name} uses nix to make a sandbox: only {SANDBOX} may"


def daemons_know_metadata_only(crates, reached):
    """`reached` maps a crate to all that it needs at run time, directly or not."""
    for crate in crates:
        if crate.name not in OFF_CHAIN:
            continue
        for name in sorted(reached.get(crate.name, ())):
            if CHAIN_ONLY.fullmatch(name) and name not in CHAIN_FORMATS:
                yield (
                    f"{crate.name} links {name}: it must know the chain by metadata and "
                    f"{PRIMITIVES} (cargo tree -p {crate.name} -i {name} -e normal)"
                )


def shared_crates_are_small(crates):
    """Chain and daemons both link these, so they link next to nothing."""
    allowed = {
        PRIMITIVES: PRIMITIVES_MAY_USE,
        RECEIPTS: RECEIPTS_MAY_USE,
        VERIFICATION: VERIFICATION_MAY_USE,
    }
    for crate in crates:
        if crate.name in allowed:
            for dependency in crate.dependencies:
                if dependency.kind == "normal" and dependency.name not in allowed[crate.name]:
                    yield f"{crate.name} depends on {dependency.name}: not among the few it may use"


def harnesses_are_not_shipped(crates):
    """What cheats do is in no program but the harnesses'."""
    for crate in crates:
        for dependency in crate.dependencies:
            if dependency.name in HARNESSES and crate.name not in HARNESSES:
                yield f"{crate.name} depends on {dependency.name}: only a harness may"


def node_knows_no_pallets(crates):
    """The node runs whatever runtime it is given; it names pallets for their RPC only."""
    for crate in crates:
        if crate.name == NODE:
            for dependency in crate.dependencies:
                name = dependency.name
                if name.startswith("pallet-") and not NODE_PALLETS.fullmatch(name):
                    yield f"{NODE} depends on {name}: business belongs into the runtime"


def versions_live_in_the_root(manifests):
    """`manifests` maps a path to the parsed Cargo.toml of a member."""
    for path, manifest in manifests.items():
        tables = [manifest, *manifest.get("target", {}).values()]
        for table in tables:
            for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
                for name, entry in table.get(kind, {}).items():
                    if not (isinstance(entry, dict) and entry.get("workspace") is True):
                        yield f"{path}: write `{name} = {{ workspace = true }}`, version in the root"
        if manifest.get("lints", {}).get("workspace") is not True:
            yield f"{path}: lints come from the root: add `[lints]` with `workspace = true`"
        package = manifest.get("package", {})
        inherited = {"version", "edition", "license", "rust-version"}
        if package.get("name") in STAND_INS:
            inherited.remove("version")
        for key in sorted(inherited):
            if package.get(key) != {"workspace": True}:
                yield f"{path}: `{key}` comes from the root: write `{key}.workspace = true`"
        for key in ("profile", "patch", "replace"):
            if key in manifest:
                yield f"{path}: [{key}] belongs into the root Cargo.toml"


def lock_is_sane(locked):
    """`locked` is a list of (name, version) of Cargo.lock."""
    versions = defaultdict(set)
    for name, version in locked:
        versions[name].add(version)
    for name, reason in FORBIDDEN.items():
        if name in versions:
            yield f"Cargo.lock has {name}: {reason} (cargo tree -i {name})"
    for name in sorted(ONE_VERSION):
        if len(versions[name]) != 1:
            yield f"Cargo.lock needs exactly one {name}, it has {sorted(versions[name])}"
    for name in sorted(ONE_COMPATIBLE_VERSION):
        if len(versions[name]) > 1:
            yield f"Cargo.lock has {name} {sorted(versions[name])}: take the one the node has"


def read_metadata():
    about = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    host = re.search(r"^host: (.+)$", about, re.MULTILINE)[1]
    # For this platform only: the others' packages are neither here nor wanted.
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host]
    result = subprocess.run([*command, "--quiet"], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if result.returncode != 0:
        sys.exit("lint: `cargo metadata --locked` failed; if Cargo.lock is old, run: cargo metadata")
    return json.loads(result.stdout)


def crates_of(metadata):
    """The members, with what their manifests name (renames resolved)."""
    members = set(metadata["workspace_members"])
    return [
        Crate(
            name=package["name"],
            folder=str(Path(package["manifest_path"]).parent),
            dependencies=[
                Dependency(d["name"], d["kind"] or "normal", frozenset(d["features"]))
                for d in package["dependencies"]
            ],
        )
        for package in metadata["packages"]
        if package["id"] in members
    ]


def reached_at_run_time(metadata):
    """For each member, the names of all packages it links."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    edges = {
        node["id"]: [
            dep["pkg"]
            for dep in node["deps"]
            if any(kind["kind"] is None for kind in dep["dep_kinds"])
        ]
        for node in metadata["resolve"]["nodes"]
    }
    reached = {}
    for member in metadata["workspace_members"]:
        seen, todo = set(), list(edges[member])
        while todo:
            package = todo.pop()
            if package not in seen:
                seen.add(package)
                todo += edges[package]
        reached[names[member]] = {names[package] for package in seen}
    return reached


def main():
    metadata = read_metadata()
    crates = crates_of(metadata)
    manifests = {}
    for crate in crates:
        path = Path(crate.folder) / "Cargo.toml"
        manifests[str(path.relative_to(ROOT))] = tomllib.loads(path.read_text())
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())

    complaints = [
        *pallets_are_strangers(crates),
        *libraries_have_owners(crates),
        *daemons_know_metadata_only(crates, reached_at_run_time(metadata)),
        *shared_crates_are_small(crates),
        *harnesses_are_not_shipped(crates),
        *node_knows_no_pallets(crates),
        *versions_live_in_the_root(manifests),
        *lock_is_sane([(p["name"], p["version"]) for p in lock["package"]]),
    ]
    for complaint in complaints:
        print(f"lint: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
