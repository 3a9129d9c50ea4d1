package network

import (
	"bytes"
	"fmt"
	"net"
	"os/exec"
	"strings"
)

// chain holds our rules; nothing else may be put into it.
const chain = "KINKAJOU-MASQ"

// masquerade gives what Pods send out of the cluster the node's address. It runs the node's own iptables, so that
// the rules are in the backend that the node's entrypoint has found to work.
func (a *agent) masquerade() error {
	for _, v4 := range []bool{true, false} {
		var subnets []*net.IPNet
		for _, subnet := range a.subnets {
			if (subnet.IP.To4() != nil) == v4 {
				subnets = append(subnets, subnet)
			}
		}
		if len(subnets) == 0 {
			continue
		}
		command := "iptables"
		if !v4 {
			command = "ip6tables"
		}
		if err := a.run(masqueradeRules(subnets), command+"-restore", "--wait", "--noflush"); err != nil {
			return err
		}
		jump := []string{"POSTROUTING", "-m", "comment", "--comment", "Pods leave the cluster", "-j", chain}
		if a.run("", command, append([]string{"--wait", "-t", "nat", "-C"}, jump...)...) != nil {
			if err := a.run("", command, append([]string{"--wait", "-t", "nat", "-A"}, jump...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// masqueradeRules are our chain's, for iptables-restore: what goes to Pods keeps its sender.
func masqueradeRules(subnets []*net.IPNet) string {
	var rules strings.Builder
	fmt.Fprintf(&rules, "*nat\n:%s - [0:0]\n", chain)
	for _, subnet := range subnets {
		fmt.Fprintf(&rules, "-A %s -d %s -j RETURN\n", chain, subnet)
	}
	for _, subnet := range subnets {
		fmt.Fprintf(&rules, "-A %s -s %s -m addrtype ! --dst-type LOCAL -j MASQUERADE\n", chain, subnet)
	}
	rules.WriteString("COMMIT\n")
	return rules.String()
}

func (a *agent) run(input, name string, arguments ...string) error {
	command := exec.Command("/usr/sbin/"+name, arguments...)
	command.SysProcAttr = inRoot(a.hostRoot)
	command.Dir = "/"
	command.Stdin = strings.NewReader(input)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(output.String()))
	}
	return nil
}
