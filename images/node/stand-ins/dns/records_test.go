package dns

import (
	"net"
	"sort"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type fakeStore struct {
	services     []*v1.Service
	endpointSets []*v1.Endpoints
	pods         map[string]bool
	notSynced    bool
}

func (f *fakeStore) synced() bool               { return !f.notSynced }
func (f *fakeStore) namespace(name string) bool { return name == "default" || name == "kube-system" }

func (f *fakeStore) service(namespace, name string) *v1.Service {
	for _, s := range f.services {
		if s.Namespace == namespace && s.Name == name {
			return s
		}
	}
	return nil
}

func (f *fakeStore) endpoints(namespace, name string) *v1.Endpoints {
	for _, e := range f.endpointSets {
		if e.Namespace == namespace && e.Name == name {
			return e
		}
	}
	return nil
}

func (f *fakeStore) servicesAt(address string) []*v1.Service {
	var found []*v1.Service
	for _, s := range f.services {
		for _, ip := range clusterIPs(s) {
			if ip.String() == address {
				found = append(found, s)
			}
		}
	}
	return found
}

func (f *fakeStore) endpointsAt(address string) []*v1.Endpoints {
	var found []*v1.Endpoints
	for _, e := range f.endpointSets {
		for _, subset := range e.Subsets {
			for _, a := range subset.Addresses {
				if a.IP == address {
					found = append(found, e)
				}
			}
		}
	}
	return found
}

func (f *fakeStore) podAt(namespace, address string) bool { return f.pods[namespace+"/"+address] }

func meta(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "default", Name: name} }

func testStore() *fakeStore {
	web := []v1.ServicePort{{Name: "http", Protocol: v1.ProtocolTCP, Port: 80}, {Protocol: v1.ProtocolUDP, Port: 81}}
	return &fakeStore{
		services: []*v1.Service{
			{ObjectMeta: meta("web"), Spec: v1.ServiceSpec{ClusterIP: "10.96.0.7", Ports: web}},
			{ObjectMeta: meta("dual"), Spec: v1.ServiceSpec{
				ClusterIP: "10.96.0.8", ClusterIPs: []string{"10.96.0.8", "fd00::8"}, Ports: web,
			}},
			{ObjectMeta: meta("db"), Spec: v1.ServiceSpec{ClusterIP: "None"}},
			{ObjectMeta: meta("empty"), Spec: v1.ServiceSpec{ClusterIP: "None"}},
			{ObjectMeta: meta("outside"), Spec: v1.ServiceSpec{Type: "ExternalName", ExternalName: "www.example.org"}},
			{ObjectMeta: meta("inside"), Spec: v1.ServiceSpec{
				Type: "ExternalName", ExternalName: "web.default.svc.cluster.local",
			}},
		},
		endpointSets: []*v1.Endpoints{
			{ObjectMeta: meta("empty")},
			{ObjectMeta: meta("web"), Subsets: []v1.EndpointSubset{{
				Addresses: []v1.EndpointAddress{{IP: "10.244.0.9"}},
				Ports:     []v1.EndpointPort{{Name: "http", Protocol: v1.ProtocolTCP, Port: 8080}},
			}}},
			{ObjectMeta: meta("db"), Subsets: []v1.EndpointSubset{
				{
					Addresses: []v1.EndpointAddress{{IP: "10.244.0.5", Hostname: "db-0"}, {IP: "10.244.1.6"}},
					Ports:     []v1.EndpointPort{{Name: "sql", Protocol: v1.ProtocolTCP, Port: 5432}},
				},
				{
					Addresses:         []v1.EndpointAddress{{IP: "10.244.0.5", Hostname: "db-0"}},
					NotReadyAddresses: []v1.EndpointAddress{{IP: "10.244.9.9"}},
					Ports:             []v1.EndpointPort{{Name: "admin", Protocol: v1.ProtocolTCP, Port: 9}},
				},
			}},
		},
		pods: map[string]bool{"default/10.244.0.5": true},
	}
}

func testServer(t *testing.T, s store, corefile string) *server {
	t.Helper()
	blocks, err := parseCorefile(corefile)
	if err != nil {
		t.Fatal(err)
	}
	sites, _, err := plan(blocks, s)
	if err != nil {
		t.Fatal(err)
	}
	server := &server{}
	server.sites.Store(sites)
	return server
}

const testCorefile = `
.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    hosts {
        192.0.2.1 printer.example.net
        fallthrough
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
}
`

func ask(s *server, name, qtype string) *mdns.Msg {
	answer, _ := s.answer("53", new(mdns.Msg).SetQuestion(name, mdns.StringToType[qtype]), false)
	return answer
}

func data(records []mdns.RR) string {
	var all []string
	for _, r := range records {
		all = append(all, strings.TrimPrefix(r.String(), r.Header().String()))
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}

func TestAnswers(t *testing.T) {
	s := testServer(t, testStore(), testCorefile)
	for _, c := range []struct{ name, qtype, rcode, answer string }{
		{"web.default.svc.cluster.local.", "A", "NOERROR", "10.96.0.7"},
		{"WEB.Default.svc.cluster.LOCAL.", "A", "NOERROR", "10.96.0.7"},
		{"web.default.svc.cluster.local.", "AAAA", "NOERROR", ""},
		{"dual.default.svc.cluster.local.", "A", "NOERROR", "10.96.0.8"},
		{"dual.default.svc.cluster.local.", "AAAA", "NOERROR", "fd00::8"},
		{"web.default.svc.cluster.local.", "MX", "NOERROR", ""},
		{"none.default.svc.cluster.local.", "A", "NXDOMAIN", ""},
		{"default.svc.cluster.local.", "A", "NOERROR", ""},
		{"nowhere.svc.cluster.local.", "A", "NXDOMAIN", ""},
		{"svc.cluster.local.", "A", "NOERROR", ""},
		{"cluster.local.", "A", "NOERROR", ""},
		{"other.cluster.local.", "A", "NXDOMAIN", ""},
		{"a.b.c.web.default.svc.cluster.local.", "A", "NXDOMAIN", ""},

		{"_http._tcp.web.default.svc.cluster.local.", "SRV", "NOERROR", "0 100 80 web.default.svc.cluster.local."},
		{"_http._udp.web.default.svc.cluster.local.", "SRV", "NXDOMAIN", ""},
		{"_http._tcp.web.default.svc.cluster.local.", "A", "NOERROR", ""},
		{"_tcp.web.default.svc.cluster.local.", "A", "NOERROR", ""},
		{"_udp.web.default.svc.cluster.local.", "A", "NXDOMAIN", ""},
		{"http._tcp.web.default.svc.cluster.local.", "SRV", "NXDOMAIN", ""},

		{"db.default.svc.cluster.local.", "A", "NOERROR", "10.244.0.5, 10.244.1.6"},
		{"db-0.db.default.svc.cluster.local.", "A", "NOERROR", "10.244.0.5"},
		{"10-244-1-6.db.default.svc.cluster.local.", "A", "NOERROR", "10.244.1.6"},
		{"10-244-9-9.db.default.svc.cluster.local.", "A", "NXDOMAIN", ""},
		{"_sql._tcp.db.default.svc.cluster.local.", "SRV", "NOERROR",
			"0 50 5432 10-244-1-6.db.default.svc.cluster.local., 0 50 5432 db-0.db.default.svc.cluster.local."},
		{"_admin._tcp.db.default.svc.cluster.local.", "SRV", "NOERROR",
			"0 100 9 db-0.db.default.svc.cluster.local."},
		{"empty.default.svc.cluster.local.", "A", "NXDOMAIN", ""},

		{"inside.default.svc.cluster.local.", "A", "NOERROR", "10.96.0.7, web.default.svc.cluster.local."},
		{"outside.default.svc.cluster.local.", "CNAME", "NOERROR", "www.example.org."},

		{"10-244-0-1.default.pod.cluster.local.", "A", "NOERROR", "10.244.0.1"},
		{"10-244-0-1.nowhere.pod.cluster.local.", "A", "NXDOMAIN", ""},
		{"what.default.pod.cluster.local.", "A", "NXDOMAIN", ""},

		{"7.0.96.10.in-addr.arpa.", "PTR", "NOERROR", "web.default.svc.cluster.local."},
		{"5.0.244.10.in-addr.arpa.", "PTR", "NOERROR", "db-0.db.default.svc.cluster.local."},
		{"9.0.244.10.in-addr.arpa.", "PTR", "NOERROR", "10-244-0-9.web.default.svc.cluster.local."},
		{"8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.", "PTR", "NOERROR",
			"dual.default.svc.cluster.local."},
		{"dns-version.cluster.local.", "TXT", "NOERROR", `"1.1.0"`},
		{"printer.example.net.", "A", "NOERROR", "192.0.2.1"},
		// Nothing forwards in this Corefile.
		{"www.example.org.", "A", "SERVFAIL", ""},
	} {
		answer := ask(s, c.name, c.qtype)
		if got := mdns.RcodeToString[answer.Rcode]; got != c.rcode {
			t.Errorf("%s %s: %s, not %s", c.name, c.qtype, got, c.rcode)
		}
		if got := data(answer.Answer); got != c.answer {
			t.Errorf("%s %s: %q, not %q", c.name, c.qtype, got, c.answer)
		}
		if len(answer.Answer) == 0 && c.rcode != "SERVFAIL" && strings.HasSuffix(c.name, "cluster.local.") {
			if len(answer.Ns) != 1 || answer.Ns[0].Header().Rrtype != mdns.TypeSOA {
				t.Errorf("%s %s: a negative answer without its SOA: %v", c.name, c.qtype, answer.Ns)
			}
		}
	}
}

func TestRecordsForTargetsComeAlong(t *testing.T) {
	s := testServer(t, testStore(), testCorefile)
	answer := ask(s, "_sql._tcp.db.default.svc.cluster.local.", "SRV")
	if got := data(answer.Extra); got != "10.244.0.5, 10.244.1.6" {
		t.Errorf("additional records: %s", got)
	}
}

func TestNothingIsSaidBeforeTheStoreIsFull(t *testing.T) {
	store := testStore()
	store.notSynced = true
	if answer := ask(testServer(t, store, testCorefile), "web.default.svc.cluster.local.", "A"); answer.Rcode !=
		mdns.RcodeServerFailure {
		t.Errorf("%s", mdns.RcodeToString[answer.Rcode])
	}
}

func TestVerifiedPods(t *testing.T) {
	s := testServer(t, testStore(), strings.Replace(testCorefile, "insecure", "verified", 1))
	if answer := ask(s, "10-244-0-5.default.pod.cluster.local.", "A"); data(answer.Answer) != "10.244.0.5" {
		t.Errorf("a Pod: %v", answer)
	}
	if answer := ask(s, "10-244-0-6.default.pod.cluster.local.", "A"); answer.Rcode != mdns.RcodeNameError {
		t.Errorf("no Pod: %v", answer)
	}
}

// upstreamAt answers every question for an address with the one it was made with.
func upstreamAt(t *testing.T) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	upstream := &mdns.Server{PacketConn: packets, NotifyStartedFunc: func() { close(started) }}
	upstream.Handler = mdns.HandlerFunc(func(w mdns.ResponseWriter, request *mdns.Msg) {
		answer := new(mdns.Msg).SetReply(request)
		answer.Answer = []mdns.RR{&mdns.A{
			Hdr: mdns.RR_Header{Name: request.Question[0].Name, Rrtype: mdns.TypeA, Class: mdns.ClassINET, Ttl: 60},
			A:   net.ParseIP("198.51.100.1"),
		}}
		_ = w.WriteMsg(answer)
	})
	go func() { _ = upstream.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { _ = upstream.Shutdown() })
	return packets.LocalAddr().String()
}

func TestForwarding(t *testing.T) {
	// The first upstream is closed: the second has to be asked.
	closed, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	s := testServer(t, testStore(), ". {\n kubernetes cluster.local\n forward . "+
		closed.LocalAddr().String()+" "+upstreamAt(t)+" {\n policy sequential\n }\n cache 30\n}")
	for _, name := range []string{"www.example.org.", "www.example.org."} {
		if answer := ask(s, name, "A"); data(answer.Answer) != "198.51.100.1" {
			t.Fatalf("%v", answer)
		}
	}
	answer := ask(s, "outside.default.svc.cluster.local.", "A")
	if data(answer.Answer) != "198.51.100.1, www.example.org." {
		t.Errorf("an alias to the outside: %v", answer)
	}
	if answer.Question[0].Name != "outside.default.svc.cluster.local." {
		t.Errorf("another question than was asked: %v", answer.Question)
	}
}

func TestStubDomain(t *testing.T) {
	s := testServer(t, testStore(), testCorefile+"\nexample.org:53 {\n forward . "+upstreamAt(t)+"\n}\n")
	if answer := ask(s, "www.example.org.", "A"); data(answer.Answer) != "198.51.100.1" {
		t.Errorf("%v", answer)
	}
}

func TestCorefileErrors(t *testing.T) {
	for _, text := range []string{
		"", ". {", ". { kubernetes {", "}", "{ }", ".:notaport { }", "tls://. { }", `. { "x }`,
	} {
		if blocks, err := parseCorefile(text); err == nil {
			t.Errorf("%q is taken for %v", text, blocks)
		}
	}
	for _, text := range []string{
		". { forward . }", ". {\n forward . /nowhere\n}", ". {\n kubernetes {\n pods maybe\n }\n}",
		". {\n hosts {\n oops\n }\n}", ". {\n health {\n lameduck soon\n }\n}",
	} {
		blocks, err := parseCorefile(text)
		if err == nil {
			_, _, err = plan(blocks, testStore())
		}
		if err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
