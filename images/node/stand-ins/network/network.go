// Package network joins the nodes of a cluster: it runs once on every node, as kindnet does in kind's own images.
// It writes the node's CNI configuration, routes the other nodes' Pods to them, and masquerades what leaves the
// cluster. The configuration, without which a node is not Ready, is written last.
package network

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// resyncPeriod bounds how long a route or rule stays away that somebody else removed.
const resyncPeriod = 30 * time.Second

type agent struct {
	node      string
	subnets   []*net.IPNet
	hostRoot  string
	configDir string
	nodes     cache.SharedIndexInformer
}

// Main runs until SIGTERM. Rules and routes stay: Pods keep their network while the agent is replaced.
func Main(arguments []string) error {
	flags := flag.NewFlagSet("network", flag.ContinueOnError)
	hostRoot := flags.String("host-root", "/host", "where the node's own file system is mounted")
	configDir := flags.String("cni-config-dir", "/etc/cni/net.d", "on the node")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	a := &agent{node: os.Getenv("NODE_NAME"), hostRoot: *hostRoot, configDir: *configDir}
	if a.node == "" {
		return fmt.Errorf("NODE_NAME is not set")
	}
	for _, text := range strings.Split(os.Getenv("POD_SUBNET"), ",") {
		_, subnet, err := net.ParseCIDR(strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("POD_SUBNET: %w", err)
		}
		a.subnets = append(a.subnets, subnet)
	}
	client, err := connect(os.Getenv("CONTROL_PLANE_ENDPOINT"), *hostRoot)
	if err != nil {
		return err
	}

	context, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	factory := informers.NewSharedInformerFactory(client, 0)
	a.nodes = factory.Core().V1().Nodes().Informer()
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	a.nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(interface{}) { notify() },
		UpdateFunc: func(before, after interface{}) {
			// A node reports every few seconds; what matters here changes once in its life.
			old, okOld := before.(*v1.Node)
			new, okNew := after.(*v1.Node)
			if !okOld || !okNew || summary(old) != summary(new) {
				notify()
			}
		},
		DeleteFunc: func(interface{}) { notify() },
	})
	factory.Start(context.Done())
	if !cache.WaitForCacheSync(context.Done(), a.nodes.HasSynced) {
		return nil
	}
	ticker := time.NewTicker(resyncPeriod)
	defer ticker.Stop()
	retry := time.Duration(0)
	for {
		var again <-chan time.Time
		if err := a.apply(); err != nil {
			retry = backoff(retry)
			klog.Errorf("%v; next try in %s", err, retry)
			again = time.After(retry)
		} else {
			retry = 0
		}
		select {
		case <-context.Done():
			return nil
		case <-changed:
		case <-ticker.C:
		case <-again:
		}
	}
}

func backoff(last time.Duration) time.Duration {
	switch next := 2 * last; {
	case next == 0:
		return 200 * time.Millisecond
	case next > 10*time.Second:
		return 10 * time.Second
	default:
		return next
	}
}

// connect goes to the API server's own address where it is known: kube-proxy may not have made the way to its
// Service yet, and waits of seconds would be lost. The token and the authority are the Pod's own in any case.
func connect(endpoint, hostRoot string) (kubernetes.Interface, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, err
	}
	if endpoint == "" {
		if file, err := clientcmd.LoadFromFile(hostRoot + "/etc/kubernetes/kubelet.conf"); err == nil {
			for _, cluster := range file.Clusters {
				endpoint = cluster.Server
			}
		}
	}
	if endpoint != "" {
		if !strings.Contains(endpoint, "://") {
			endpoint = "https://" + endpoint
		}
		config.Host = endpoint
	}
	config.UserAgent = "kinkajou-network"
	return kubernetes.NewForConfig(config)
}

func summary(node *v1.Node) string {
	return fmt.Sprint(podNetworks(node), nodeAddresses(node))
}

func podNetworks(node *v1.Node) []string {
	if len(node.Spec.PodCIDRs) > 0 {
		return node.Spec.PodCIDRs
	}
	if node.Spec.PodCIDR != "" {
		return []string{node.Spec.PodCIDR}
	}
	return nil
}

func nodeAddresses(node *v1.Node) []net.IP {
	var addresses []net.IP
	for _, address := range node.Status.Addresses {
		if address.Type == v1.NodeInternalIP {
			if ip := net.ParseIP(address.Address); ip != nil {
				addresses = append(addresses, ip)
			}
		}
	}
	return addresses
}

// apply brings the node to what the cluster's nodes say now. A node that no route leads to costs its own Pods the
// network: that is an error, and tried again, but it stands in nobody else's way.
func (a *agent) apply() error {
	var own *v1.Node
	var others []*v1.Node
	for _, object := range a.nodes.GetStore().List() {
		if node, ok := object.(*v1.Node); !ok {
			continue
		} else if node.Name == a.node {
			own = node
		} else {
			others = append(others, node)
		}
	}
	wanted, problems := wantedRoutes(others)
	problems = append(problems, syncRoutes(kernel{}, wanted)...)
	if err := a.applyOwn(own); err != nil {
		problems = append(problems, err)
	}
	return errors.NewAggregate(problems)
}

// applyOwn does what this node's own Pods need.
func (a *agent) applyOwn(own *v1.Node) error {
	if err := a.masquerade(); err != nil {
		return err
	}
	if own == nil || len(podNetworks(own)) == 0 {
		klog.Infof("node %s has no Pod network yet", a.node)
		return nil
	}
	mtu, err := uplinkMTU(nodeAddresses(own))
	if err != nil {
		return err
	}
	return a.writeConfig(podNetworks(own), mtu)
}
