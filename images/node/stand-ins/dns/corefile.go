package dns

import (
	"fmt"
	"net"
	"strings"

	mdns "github.com/miekg/dns"
)

// A block is one server block of a Corefile: the zones it serves on one port, and what it does for them.
type block struct {
	zones      []string
	port       string
	directives []directive
}

// A directive is one line of a block: its name, its arguments, and the lines of its own block, if it has one.
type directive struct {
	name string
	args []string
	body [][]string
	line int
}

// token is a word of a Corefile. A line break separates directives, so each word knows the line it stands on.
type token struct {
	text string
	line int
}

func tokenize(text string) ([]token, error) {
	var tokens []token
	for i, line := range strings.Split(text, "\n") {
		rest := line
		for {
			rest = strings.TrimLeft(rest, " \t\r")
			if rest == "" || rest[0] == '#' {
				break
			}
			if rest[0] == '"' {
				end := strings.IndexByte(rest[1:], '"')
				if end < 0 {
					return nil, fmt.Errorf("line %d: the quotation is not closed", i+1)
				}
				tokens = append(tokens, token{rest[1 : end+1], i + 1})
				rest = rest[end+2:]
				continue
			}
			end := strings.IndexAny(rest, " \t\r")
			if end < 0 {
				end = len(rest)
			}
			tokens = append(tokens, token{rest[:end], i + 1})
			rest = rest[end:]
		}
	}
	return tokens, nil
}

// parseCorefile reads the syntax of CoreDNS: blocks of `zone[:port]... { directive [args] [{ ... }] }`.
func parseCorefile(text string) ([]block, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	var blocks []block
	i := 0
	for i < len(tokens) {
		var keys []string
		for i < len(tokens) && tokens[i].text != "{" {
			if tokens[i].text == "}" {
				return nil, fmt.Errorf("line %d: '}' closes nothing", tokens[i].line)
			}
			keys = append(keys, strings.TrimSuffix(tokens[i].text, ","))
			i++
		}
		if i == len(tokens) {
			return nil, fmt.Errorf("the file ends where the block of %s should start", strings.Join(keys, " "))
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("line %d: a block without a zone", tokens[i].line)
		}
		i++ // {
		var directives []directive
		for {
			if i == len(tokens) {
				return nil, fmt.Errorf("the block of %s is not closed", strings.Join(keys, " "))
			}
			if tokens[i].text == "}" {
				i++
				break
			}
			d := directive{name: tokens[i].text, line: tokens[i].line}
			i++
			for i < len(tokens) && tokens[i].line == d.line && tokens[i].text != "{" && tokens[i].text != "}" {
				d.args = append(d.args, tokens[i].text)
				i++
			}
			if i < len(tokens) && tokens[i].line == d.line && tokens[i].text == "{" {
				i++
				for {
					if i == len(tokens) {
						return nil, fmt.Errorf("line %d: the block of %s is not closed", d.line, d.name)
					}
					if tokens[i].text == "}" {
						i++
						break
					}
					line := tokens[i].line
					var words []string
					for i < len(tokens) && tokens[i].line == line && tokens[i].text != "}" {
						words = append(words, tokens[i].text)
						i++
					}
					d.body = append(d.body, words)
				}
			}
			directives = append(directives, d)
		}
		byPort := map[string][]string{}
		var ports []string
		for _, key := range keys {
			zone, port, err := splitZone(key)
			if err != nil {
				return nil, err
			}
			if _, seen := byPort[port]; !seen {
				ports = append(ports, port)
			}
			byPort[port] = append(byPort[port], zone)
		}
		for _, port := range ports {
			blocks = append(blocks, block{zones: byPort[port], port: port, directives: directives})
		}
	}
	if len(blocks) == 0 {
		return nil, fmt.Errorf("no server block")
	}
	return blocks, nil
}

// splitZone takes `dns://example.org:1053` apart.
func splitZone(key string) (zone, port string, err error) {
	if scheme := strings.Index(key, "://"); scheme >= 0 {
		if key[:scheme] != "dns" {
			return "", "", fmt.Errorf("%s: only plain DNS is served here", key)
		}
		key = key[scheme+3:]
	}
	zone, port = key, "53"
	if colon := strings.LastIndexByte(key, ':'); colon >= 0 {
		zone, port = key[:colon], key[colon+1:]
	}
	if _, err := net.LookupPort("udp", port); err != nil {
		return "", "", fmt.Errorf("%s: %s is not a port", key, port)
	}
	if _, valid := mdns.IsDomainName(zone); !valid || zone == "" {
		return "", "", fmt.Errorf("%s: not a zone", key)
	}
	return mdns.CanonicalName(zone), port, nil
}
