// Package dns is the cluster's name server: it stands where kubeadm puts CoreDNS, reads the same Corefile
// (the directives that kubeadm writes, and hosts), and answers by the Kubernetes DNS specification.
package dns

import (
	"flag"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	mdns "github.com/miekg/dns"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// reloadPeriod is how often the Corefile is looked at. The kubelet brings a changed ConfigMap within a minute.
const reloadPeriod = 2 * time.Second

// Main serves until SIGTERM. Its flags are CoreDNS's.
func Main(arguments []string) error {
	flags := flag.NewFlagSet("dns", flag.ContinueOnError)
	path := flags.String("conf", "Corefile", "the Corefile")
	kubeconfig := flags.String("kubeconfig", "", "reach the API server by this file, not as a Pod does")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	rand.Seed(time.Now().UnixNano())
	text, err := os.ReadFile(*path)
	if err != nil {
		return err
	}
	blocks, err := parseCorefile(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", *path, err)
	}
	client, err := connect(*kubeconfig)
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	store, err := newInformerStore(client, wantsPods(blocks), stop)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	s := newServer(registry)
	sites, process, err := plan(blocks, store)
	if err != nil {
		return fmt.Errorf("%s: %w", *path, err)
	}
	s.sites.Store(sites)

	failed := make(chan error, 8)
	listeners := map[string]bool{}
	if err := s.listen(sites, listeners, failed); err != nil {
		return err
	}
	leaving := make(chan struct{})
	if err := serveStatus(process, registry, store, leaving, failed); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	klog.Infof("serving %s", *path)

	ticker := time.NewTicker(reloadPeriod)
	defer ticker.Stop()
	for {
		select {
		case err := <-failed:
			return err
		case <-signals:
			close(leaving)
			if process.lameduck > 0 {
				// Clients may still be sent here until every node knows that this Pod is going.
				select {
				case <-time.After(process.lameduck):
				case <-signals:
				}
			}
			return nil
		case <-ticker.C:
			fresh, err := os.ReadFile(*path)
			if err != nil || string(fresh) == string(text) {
				continue
			}
			text = fresh
			blocks, err := parseCorefile(string(fresh))
			if err == nil {
				sites, _, err = plan(blocks, store)
			}
			if err == nil {
				err = s.listen(sites, listeners, failed)
			}
			if err != nil {
				klog.Errorf("%s: the new content is not used: %v", *path, err)
				continue
			}
			s.sites.Store(sites)
			klog.Infof("%s: the new content is in use", *path)
		}
	}
}

func connect(kubeconfig string) (kubernetes.Interface, error) {
	// Without a file this is what a Pod does: the service account, and the API server's Service.
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.UserAgent = "kinkajou-dns"
	return kubernetes.NewForConfig(config)
}

// wantsPods tells whether Pods have to be watched, which costs memory in large clusters.
func wantsPods(blocks []block) bool {
	for _, b := range blocks {
		for _, d := range b.directives {
			for _, line := range d.body {
				if d.name == "kubernetes" && len(line) == 2 && line[0] == "pods" && line[1] == "verified" {
					return true
				}
			}
		}
	}
	return false
}

// listen opens the ports that are not open yet. A port that a new Corefile no longer names answers REFUSED.
func (s *server) listen(sites []*site, open map[string]bool, failed chan<- error) error {
	for _, current := range sites {
		if open[current.port] {
			continue
		}
		address := ":" + current.port
		packets, err := net.ListenPacket("udp", address)
		if err != nil {
			return err
		}
		streams, err := net.Listen("tcp", address)
		if err != nil {
			packets.Close()
			return err
		}
		open[current.port] = true
		for _, server := range []*mdns.Server{{PacketConn: packets}, {Listener: streams}} {
			server.Handler = s.handler(current.port)
			server := server
			go func() { failed <- server.ActivateAndServe() }()
		}
	}
	return nil
}

// serveStatus serves what the probes and Prometheus ask for.
func serveStatus(
	process endpointsOfProcess, registry *prometheus.Registry, s store, leaving <-chan struct{}, failed chan<- error,
) error {
	muxes := map[string]*http.ServeMux{}
	mux := func(address string) *http.ServeMux {
		if muxes[address] == nil {
			muxes[address] = http.NewServeMux()
		}
		return muxes[address]
	}
	if process.health != "" {
		mux(process.health).HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "OK")
		})
	}
	if process.ready != "" {
		mux(process.ready).HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
			select {
			case <-leaving:
				http.Error(w, "leaving", http.StatusServiceUnavailable)
				return
			default:
			}
			if !s.synced() {
				http.Error(w, "kubernetes", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, "OK")
		})
	}
	if process.metrics != "" {
		mux(process.metrics).Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	}
	for address, handler := range muxes {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		go func() { failed <- server.Serve(listener) }()
	}
	return nil
}
