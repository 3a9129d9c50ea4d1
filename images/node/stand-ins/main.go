// Kinkajou-node holds the stand-ins of the node image, for what it needs and Debian does not have: the cluster's DNS, the network between
// nodes, volumes for claims, kube-proxy's choice of an iptables backend, and the commands of crictl that kind
// uses. One program holds them all, because nine tenths of each are the same Kubernetes client.
//
// The name it is called by, or else its first argument, says which of them it is.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/kubernetes/cmd/kinkajou-node/cri"
	"k8s.io/kubernetes/cmd/kinkajou-node/dns"
	"k8s.io/kubernetes/cmd/kinkajou-node/iptables"
	"k8s.io/kubernetes/cmd/kinkajou-node/network"
	"k8s.io/kubernetes/cmd/kinkajou-node/storage"
)

var personalities = map[string]func([]string) error{
	"coredns":        dns.Main,
	"crictl":         cri.Main,
	"kube-proxy":     iptables.ProxyMain,
	"lookup":         dns.LookupMain,
	"network":        network.Main,
	"storage":        storage.Main,
	"storage-helper": storage.HelperMain,
}

func main() {
	name, arguments := filepath.Base(os.Args[0]), os.Args[1:]
	run, known := personalities[name]
	if !known && len(arguments) > 0 {
		name, arguments = arguments[0], arguments[1:]
		run, known = personalities[name]
	}
	if !known {
		fmt.Fprintln(os.Stderr, "usage: kinkajou-node coredns|crictl|kube-proxy|lookup|network|storage|storage-helper ...")
		os.Exit(2)
	}
	if err := run(arguments); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
