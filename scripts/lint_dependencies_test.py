"""For each rule, a workspace that keeps it and one that breaks it."""

import unittest

import lint_dependencies as lint
from lint_dependencies import Crate, Dependency


def crate(name, *dependencies, folder=None):
    wrapped = [d if isinstance(d, Dependency) else Dependency(d) for d in dependencies]
    return Crate(name, folder or f"/house/{name}", wrapped)


def pallet(folder, *dependencies, name=None):
    return crate(name or f"pallet-{folder}", *dependencies, folder=f"/house/pallets/{folder}")


class Rules(unittest.TestCase):
    def keeps(self, complaints):
        self.assertEqual(list(complaints), [])

    def breaks(self, complaints, *words):
        complaints = list(complaints)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def test_pallets(self):
        support = pallet("support", name="reckon-support")
        models = pallet("models", "reckon-support", "pallet-balances")
        self.keeps(lint.pallets_are_strangers([support, models]))
        self.keeps(lint.pallets_are_strangers([models, crate("reckon-runtime", "pallet-models")]))
        jobs = pallet("jobs", Dependency("pallet-models", "dev"))
        self.breaks(lint.pallets_are_strangers([support, models, jobs]), "pallet-jobs")

    def test_shared_folders_do_not_point_up(self):
        support = pallet("support", "pallet-jobs", name="reckon-support")
        self.breaks(lint.pallets_are_strangers([support, pallet("jobs")]), "reckon-support")

    def test_owners(self):
        owners = [
            crate("reckon-engine", "candle-core", "cudarc"),
            crate("reckon-sdk", "subxt", "subxt-signer"),
            crate("reckon-p2p", "libp2p"),
            crate("reckon-sandbox", "landlock", Dependency("nix", features=frozenset({"sched"}))),
        ]
        self.keeps(lint.libraries_have_owners(owners))
        for name in ("candle-nn", "cudarc", "subxt", "subxt-signer", "libp2p", "seccompiler"):
            self.breaks(lint.libraries_have_owners([crate("reckon-worker", name)]), name)
        test = crate("reckon-e2e", Dependency("subxt", "dev"))
        self.breaks(lint.libraries_have_owners([test]), "reckon-e2e")

    def test_harnesses(self):
        attacks = crate("reckon-attacks", "candle-core", "reckon-engine")
        self.keeps(lint.libraries_have_owners([attacks]))
        self.breaks(lint.libraries_have_owners([crate("reckon-attacks", "subxt")]), "subxt")
        simulation = crate("reckon-simulation", "reckon-attacks")
        self.keeps(lint.harnesses_are_not_shipped([attacks, simulation]))
        worker = crate("reckon-worker", Dependency("reckon-attacks", "dev"))
        self.breaks(lint.harnesses_are_not_shipped([worker]), "reckon-worker")

    def test_nix(self):
        signals = crate("reckon-cli", Dependency("nix", features=frozenset({"signal"})))
        self.keeps(lint.libraries_have_owners([signals]))
        namespaces = crate("reckon-cli", Dependency("nix", features=frozenset({"sched"})))
        self.breaks(lint.libraries_have_owners([namespaces]), "sandbox")

    def test_daemons(self):
        worker = crate("reckon-worker")
        fine = {"reckon-worker": {"reckon-primitives", "frame-metadata", "sp-runtime"}}
        self.keeps(lint.daemons_know_metadata_only([worker], fine))
        for name in ("reckon-runtime", "pallet-jobs", "frame-support", "sc-client-api"):
            bad = {"reckon-worker": {"tokio", name}}
            self.breaks(lint.daemons_know_metadata_only([worker], bad), name)
        node = {"reckon-node": {"reckon-runtime", "sc-service"}}
        self.keeps(lint.daemons_know_metadata_only([crate("reckon-node")], node))

    def test_reaching(self):
        def edge(name, kind=None):
            return {"pkg": name, "dep_kinds": [{"kind": kind}]}

        metadata = {
            "packages": [{"id": i, "name": i.upper()} for i in "abcd"],
            "workspace_members": ["a"],
            "resolve": {
                "nodes": [
                    {"id": "a", "deps": [edge("b"), edge("d", "dev")]},
                    {"id": "b", "deps": [edge("c")]},
                    {"id": "c", "deps": [edge("b")]},
                    {"id": "d", "deps": []},
                ]
            },
        }
        self.assertEqual(lint.reached_at_run_time(metadata), {"A": {"B", "C"}})

    def test_primitives(self):
        fine = crate("reckon-primitives", "sp-core", Dependency("proptest", "dev"))
        self.keeps(lint.shared_crates_are_small([fine]))
        self.breaks(lint.shared_crates_are_small([crate("reckon-primitives", "tokio")]), "tokio")

    def test_node(self):
        fine = crate("reckon-node", "pallet-transaction-payment-rpc", "sc-service")
        self.keeps(lint.node_knows_no_pallets([fine]))
        self.breaks(lint.node_knows_no_pallets([crate("reckon-node", "pallet-jobs")]), "pallet-jobs")

    def test_versions(self):
        inherited = {"workspace": True}
        package = {k: inherited for k in ("version", "edition", "license", "rust-version")}

        def manifest(**more):
            return {"package": package, "lints": {"workspace": True}, **more}

        def check(**more):
            return lint.versions_live_in_the_root({"a/Cargo.toml": manifest(**more)})

        self.keeps(check(dependencies={"a": {"workspace": True, "features": ["std"]}}))
        self.breaks(check(dependencies={"serde": "1"}), "serde")
        self.breaks(check(**{"dev-dependencies": {"b": {"path": "../b"}}}), "workspace = true")
        self.breaks(check(target={"cfg(unix)": {"dependencies": {"c": "1"}}}), "a/Cargo.toml")
        self.breaks(check(profile={"dev": {}}), "profile")
        self.breaks(check(lints={}), "lints")
        self.breaks(check(package={**package, "version": "0.1.0"}), "version")
        stand_in = {**package, "name": "wasm-opt", "version": "0.116.1"}
        self.keeps(check(package=stand_in))
        self.breaks(check(package={**stand_in, "license": "MIT"}), "license")

    def test_lock(self):
        core = [("frame-support", "49.0.1"), ("sp-core", "43.0.0"), ("sp-runtime", "49.0.0")]
        self.keeps(lint.lock_is_sane([*core, ("syn", "1.0.0"), ("syn", "2.0.0")]))
        self.breaks(lint.lock_is_sane(core[1:]), "frame-support")
        self.breaks(lint.lock_is_sane([*core, ("sp-runtime", "48.0.0")]), "sp-runtime")
        self.breaks(lint.lock_is_sane([*core, ("librocksdb-sys", "0.17.0")]), "ParityDB")
        twice = [*core, ("tokio", "1.0.0"), ("tokio", "0.2.0")]
        self.breaks(lint.lock_is_sane(twice), "tokio")


if __name__ == "__main__":
    unittest.main()
