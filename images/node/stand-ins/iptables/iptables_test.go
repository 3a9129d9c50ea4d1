package iptables

import "testing"

func TestTheBackendWithTheNodesOwnRulesIsChosen(t *testing.T) {
	const hint = "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n"
	const one, two = "*nat\n-A POSTROUTING -j ACCEPT\n", "*nat\n-A POSTROUTING -j ACCEPT\n-A OUTPUT -j ACCEPT\n"
	for _, c := range []struct {
		name, legacy, nft string
		nftWorks          bool
		expected          string
	}{
		{"the kubelet's chain is in legacy", hint, two, true, "legacy"},
		{"the kubelet's chain is in nft", two, hint, true, "nft"},
		{"the kubelet's chain is in both", hint + two, hint + one, true, "legacy"},
		{"more rules in legacy", two, one, true, "legacy"},
		{"more rules in nft", one, two, false, "nft"},
		{"no rules, and nft works", "", "", true, "nft"},
		{"no rules, and nft does not work", "", "", false, "legacy"},
	} {
		if mode := choose(c.legacy, c.nft, c.nftWorks); mode != c.expected {
			t.Errorf("%s: %s", c.name, mode)
		}
	}
}
