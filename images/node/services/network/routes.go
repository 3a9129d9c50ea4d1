package network

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// ownProtocol marks our routes, so that those of nodes that are gone can be told from everybody else's.
const ownProtocol = 75

type route struct {
	network *net.IPNet
	via     net.IP
}

func syncRoutes(wanted []route) error {
	keep := map[string]bool{}
	for _, r := range wanted {
		keep[r.network.String()] = true
		if err := netlink.RouteReplace(&netlink.Route{Dst: r.network, Gw: r.via, Protocol: ownProtocol}); err != nil {
			return fmt.Errorf("route %s via %s: %w", r.network, r.via, err)
		}
	}
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		existing, err := netlink.RouteListFiltered(
			family, &netlink.Route{Protocol: ownProtocol}, netlink.RT_FILTER_PROTOCOL)
		if err != nil {
			return fmt.Errorf("routes: %w", err)
		}
		for i := range existing {
			if existing[i].Dst != nil && !keep[existing[i].Dst.String()] {
				if err := netlink.RouteDel(&existing[i]); err != nil && err != unix.ESRCH {
					return fmt.Errorf("route %s: %w", existing[i].Dst, err)
				}
			}
		}
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
