package network

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
)

// ownProtocol marks our routes, so that those of nodes that are gone can be told from everybody else's.
const ownProtocol = 75

type route struct {
	network *net.IPNet
	via     net.IP
}

// wantedRoutes are the ways to the Pods of the other nodes, and what is wrong with nodes that there is none to.
func wantedRoutes(nodes []*v1.Node) (wanted []route, problems []error) {
	for _, node := range nodes {
		for _, text := range podNetworks(node) {
			_, network, err := net.ParseCIDR(text)
			if err != nil {
				problems = append(problems, fmt.Errorf("node %s: its Pod network: %w", node.Name, err))
				continue
			}
			for _, address := range nodeAddresses(node) {
				if (address.To4() == nil) == (network.IP.To4() == nil) {
					wanted = append(wanted, route{network, address})
					break
				}
			}
		}
	}
	return wanted, problems
}

// routeTable is where routes are kept.
type routeTable interface {
	replace(route) error
	// own lists the routes that are marked as ours.
	own() ([]netlink.Route, error)
	remove(netlink.Route) error
}

// syncRoutes makes the wanted routes, and removes those of ours that are not wanted, as far as it can.
func syncRoutes(table routeTable, wanted []route) (problems []error) {
	keep := map[string]bool{}
	for _, r := range wanted {
		keep[r.network.String()] = true
		if err := table.replace(r); err != nil {
			problems = append(problems, fmt.Errorf("route %s via %s: %w", r.network, r.via, err))
		}
	}
	existing, err := table.own()
	if err != nil {
		problems = append(problems, fmt.Errorf("routes: %w", err))
	}
	for _, r := range existing {
		if r.Dst != nil && !keep[r.Dst.String()] {
			if err := table.remove(r); err != nil {
				problems = append(problems, fmt.Errorf("route %s: %w", r.Dst, err))
			}
		}
	}
	return problems
}

// kernel is the routing table of this network namespace.
type kernel struct{}

func (kernel) replace(r route) error {
	return netlink.RouteReplace(&netlink.Route{Dst: r.network, Gw: r.via, Protocol: ownProtocol})
}

func (kernel) own() ([]netlink.Route, error) {
	var all []netlink.Route
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		routes, err := netlink.RouteListFiltered(
			family, &netlink.Route{Protocol: ownProtocol}, netlink.RT_FILTER_PROTOCOL)
		if err != nil {
			return all, err
		}
		all = append(all, routes...)
	}
	return all, nil
}

func (kernel) remove(r netlink.Route) error {
	if err := netlink.RouteDel(&r); err != nil && err != unix.ESRCH {
		return err
	}
	return nil
}

// uplinkMTU is the MTU of the interface that has one of the node's addresses: Pods must not send more at once.
func uplinkMTU(addresses []net.IP) (int, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return 0, err
	}
	for _, candidate := range interfaces {
		own, err := candidate.Addrs()
		if err != nil {
			return 0, err
		}
		for _, address := range own {
			network, ok := address.(*net.IPNet)
			if !ok {
				continue
			}
			for _, wanted := range addresses {
				if network.IP.Equal(wanted) {
					return candidate.MTU, nil
				}
			}
		}
	}
	return 0, fmt.Errorf("no interface has one of the node's addresses %v", addresses)
}
