package dns

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"
)

// A hostTable is the directive `hosts [FILE] { ADDRESS NAME... }`, as people write it into the Corefile.
type hostTable struct {
	addresses   map[string][]net.IP
	names       map[string][]string
	ttl         uint32
	fallThrough bool
	fallZones   []string
}

func newHostTable(d directive) (*hostTable, error) {
	h := &hostTable{addresses: map[string][]net.IP{}, names: map[string][]string{}, ttl: 3600}
	if len(d.args) > 0 {
		content, err := os.ReadFile(d.args[0])
		if err != nil {
			return nil, fmt.Errorf("line %d: hosts: %w", d.line, err)
		}
		for _, line := range strings.Split(string(content), "\n") {
			if comment := strings.IndexByte(line, '#'); comment >= 0 {
				line = line[:comment]
			}
			if words := strings.Fields(line); len(words) > 1 && net.ParseIP(words[0]) != nil {
				h.add(net.ParseIP(words[0]), words[1:])
			}
		}
	}
	for _, words := range d.body {
		switch words[0] {
		case "fallthrough":
			h.fallThrough = true
			for _, zone := range words[1:] {
				h.fallZones = append(h.fallZones, mdns.CanonicalName(zone))
			}
		case "ttl":
			if len(words) == 2 {
				if n, err := strconv.ParseUint(words[1], 10, 31); err == nil {
					h.ttl = uint32(n)
				}
			}
		case "no_reverse", "reload":
		default:
			ip := net.ParseIP(words[0])
			if ip == nil || len(words) < 2 {
				return nil, fmt.Errorf("line %d: hosts: %q is not `ADDRESS NAME...`", d.line, strings.Join(words, " "))
			}
			h.add(ip, words[1:])
		}
	}
	return h, nil
}

func (h *hostTable) add(ip net.IP, names []string) {
	for _, name := range names {
		name = mdns.CanonicalName(name)
		h.addresses[name] = append(h.addresses[name], ip)
		h.names[ip.String()] = append(h.names[ip.String()], name)
	}
}

func (h *hostTable) lookup(q mdns.Question) (result, bool) {
	name := mdns.CanonicalName(q.Name)
	header := mdns.RR_Header{Name: q.Name, Class: mdns.ClassINET, Ttl: h.ttl}
	if ip := reverseAddress(name); ip != nil {
		var r result
		header.Rrtype = mdns.TypePTR
		for _, target := range h.names[ip.String()] {
			r.answer = append(r.answer, &mdns.PTR{Hdr: header, Ptr: target})
		}
		return r, len(r.answer) > 0 && q.Qtype == mdns.TypePTR
	}
	ips, known := h.addresses[name]
	if known {
		c := cluster{ttl: h.ttl}
		return result{answer: c.addresses(q.Name, q.Qtype, ips)}, true
	}
	falls := h.fallThrough && (len(h.fallZones) == 0 || longestZone(name, h.fallZones) != "")
	return result{rcode: mdns.RcodeNameError}, !falls
}
