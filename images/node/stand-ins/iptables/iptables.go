// Package iptables starts kube-proxy with the iptables backend that the node's own rules are in. Rules in the
// other backend would be seen by nobody, or be in the way of everybody.
package iptables

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"k8s.io/klog/v2"
)

const (
	directory = "/usr/sbin"
	// kubeProxy is the real program; this one stands in its place.
	kubeProxy = "/usr/local/bin/kube-proxy.real"
)

var commands = []string{"iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"}

// ProxyMain chooses the backend, links the commands to it, and becomes kube-proxy.
func ProxyMain(arguments []string) error {
	mode := choose(rules("legacy"), rules("nft"), works("nft"))
	klog.Infof("iptables: the %s backend", mode)
	for _, command := range commands {
		link := filepath.Join(directory, command)
		if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
			return err
		}
		if err := os.Symlink("xtables-"+mode+"-multi", link); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: %w", kubeProxy,
		syscall.Exec(kubeProxy, append([]string{"kube-proxy"}, arguments...), os.Environ()))
}

// choose prefers the backend that has the kubelet's chains, then the one with more rules, then one that works.
func choose(legacy, nft string, nftWorks bool) string {
	for _, hint := range []string{":KUBE-IPTABLES-HINT", ":KUBE-KUBELET-CANARY", ":KUBE-MARK-MASQ"} {
		inLegacy, inNFT := strings.Contains(legacy, hint), strings.Contains(nft, hint)
		if inLegacy != inNFT {
			if inLegacy {
				return "legacy"
			}
			return "nft"
		}
	}
	switch inLegacy, inNFT := strings.Count(legacy, "\n-"), strings.Count(nft, "\n-"); {
	case inLegacy > inNFT:
		return "legacy"
	case inNFT > inLegacy || nftWorks:
		return "nft"
	default:
		return "legacy"
	}
}

func rules(mode string) string {
	var all bytes.Buffer
	for _, family := range []string{"iptables", "ip6tables"} {
		command := exec.Command(filepath.Join(directory, "xtables-"+mode+"-multi"), family+"-save")
		command.Stdout = &all
		// A backend that the kernel does not have says so here, and has no rules.
		_ = command.Run()
	}
	return all.String()
}

func works(mode string) bool {
	return exec.Command(filepath.Join(directory, "xtables-"+mode+"-multi"), "iptables", "-t", "nat", "-nL").Run() == nil
}
