package network

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func node(name, network string, addresses ...string) *v1.Node {
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: v1.NodeSpec{PodCIDR: network}}
	for _, address := range addresses {
		node.Status.Addresses = append(
			node.Status.Addresses, v1.NodeAddress{Type: v1.NodeInternalIP, Address: address})
	}
	return node
}

func subnet(t *testing.T, text string) *net.IPNet {
	t.Helper()
	_, network, err := net.ParseCIDR(text)
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// table is a routing table that refuses some gateways, as the kernel does with those that no network leads to.
type table struct {
	unreachable string
	routes      map[string]string
}

func (t *table) replace(r route) error {
	if r.via.String() == t.unreachable {
		return fmt.Errorf("network is unreachable")
	}
	t.routes[r.network.String()] = r.via.String()
	return nil
}

func (t *table) own() ([]netlink.Route, error) {
	var all []netlink.Route
	for text := range t.routes {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, err
		}
		all = append(all, netlink.Route{Dst: network})
	}
	return all, nil
}

func (t *table) remove(r netlink.Route) error {
	delete(t.routes, r.Dst.String())
	return nil
}

func TestANodeThatIsWrongStandsInNobodysWay(t *testing.T) {
	wanted, problems := wantedRoutes([]*v1.Node{
		node("broken", "10.244.0.0", "172.18.0.2"),
		node("good", "10.244.1.0/24", "fc00::3", "172.18.0.3"),
		node("new", ""),
	})
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "node broken: its Pod network") {
		t.Errorf("problems: %v", problems)
	}
	if len(wanted) != 1 || wanted[0].network.String() != "10.244.1.0/24" || wanted[0].via.String() != "172.18.0.3" {
		t.Errorf("routes: %v", wanted)
	}
}

func TestANodeThatIsNotReachedStandsInNobodysWay(t *testing.T) {
	table := &table{unreachable: "192.0.2.1", routes: map[string]string{"10.244.9.0/24": "172.18.0.9"}}
	wanted, _ := wantedRoutes([]*v1.Node{
		node("far", "10.244.1.0/24", "192.0.2.1"), node("near", "10.244.2.0/24", "172.18.0.3"),
	})
	problems := syncRoutes(table, wanted)
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "10.244.1.0/24 via 192.0.2.1") {
		t.Errorf("problems: %v", problems)
	}
	// The route to the node that is gone went, too.
	if expected := map[string]string{"10.244.2.0/24": "172.18.0.3"}; !reflect.DeepEqual(table.routes, expected) {
		t.Errorf("routes: %v", table.routes)
	}
}

func TestWhatGoesToPodsKeepsItsSender(t *testing.T) {
	rules := masqueradeRules([]*net.IPNet{subnet(t, "10.244.0.0/16"), subnet(t, "10.245.0.0/16")})
	expected := `*nat
:KINKAJOU-MASQ - [0:0]
-A KINKAJOU-MASQ -d 10.244.0.0/16 -j RETURN
-A KINKAJOU-MASQ -d 10.245.0.0/16 -j RETURN
-A KINKAJOU-MASQ -s 10.244.0.0/16 -m addrtype ! --dst-type LOCAL -j MASQUERADE
-A KINKAJOU-MASQ -s 10.245.0.0/16 -m addrtype ! --dst-type LOCAL -j MASQUERADE
COMMIT
`
	if rules != expected {
		t.Errorf("rules: %s", rules)
	}
}

func TestTheConfigurationIsWrittenWholeAndOnce(t *testing.T) {
	a := &agent{hostRoot: t.TempDir(), configDir: "/etc/cni/net.d"}
	networks := []string{"10.244.1.0/24", "fd00:10:244:1::/64"}
	if err := a.writeConfig(networks, 1400); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(a.hostRoot, a.configDir, configName)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Plugins []struct {
			Type string
			MTU  int
			IPAM struct{ Routes []struct{ Dst string } }
		}
	}
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	if len(parsed.Plugins) != 2 || parsed.Plugins[0].Type != "ptp" || parsed.Plugins[0].MTU != 1400 ||
		parsed.Plugins[1].Type != "portmap" {
		t.Errorf("configuration: %s", content)
	}
	routes := parsed.Plugins[0].IPAM.Routes
	if len(routes) != 2 || routes[0].Dst != "0.0.0.0/0" || routes[1].Dst != "::/0" {
		t.Errorf("routes: %v", routes)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.writeConfig(networks, 1400); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("the same configuration was written again")
	}
}

func TestPausesBetweenTriesGrowToTenSeconds(t *testing.T) {
	var pauses []string
	last := backoff(0)
	for i := 0; i < 8; i++ {
		pauses = append(pauses, last.String())
		last = backoff(last)
	}
	if got := strings.Join(pauses, " "); got != "200ms 400ms 800ms 1.6s 3.2s 6.4s 10s 10s" {
		t.Error(got)
	}
}
