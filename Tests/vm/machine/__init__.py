"""The cgroup v2 machine of scripts/vm; docs/testing-vm.md is about it. Only Python's standard library is used."""
