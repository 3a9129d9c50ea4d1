package dns

import (
	"flag"
	"fmt"
	"net"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

// LookupMain asks one question and prints the response code and the data of each record of the answer:
//
//	lookup [-server ADDRESS] [-search] [-tcp] NAME [TYPE]
//
// It is what dig would be used for in images without a distribution.
func LookupMain(arguments []string) error {
	flags := flag.NewFlagSet("lookup", flag.ContinueOnError)
	server := flags.String("server", "", "ask this address, not those of /etc/resolv.conf")
	search := flags.Bool("search", false, "try the search domains, as programs do")
	tcp := flags.Bool("tcp", false, "ask over TCP")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() < 1 || flags.NArg() > 2 {
		return fmt.Errorf("usage: lookup [-server ADDRESS] [-search] [-tcp] NAME [TYPE]")
	}
	qtype := mdns.TypeA
	if flags.NArg() == 2 {
		known := false
		if qtype, known = mdns.StringToType[strings.ToUpper(flags.Arg(1))]; !known {
			return fmt.Errorf("%s: not a type of records", flags.Arg(1))
		}
	}
	config, err := mdns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil {
		return err
	}
	names := []string{mdns.Fqdn(flags.Arg(0))}
	if *search {
		names = config.NameList(flags.Arg(0))
	}
	servers := config.Servers
	if *server != "" {
		servers = []string{*server}
	}
	if len(servers) == 0 {
		return fmt.Errorf("/etc/resolv.conf names no server")
	}
	client := mdns.Client{Timeout: 5 * time.Second}
	if *tcp {
		client.Net = "tcp"
	}
	var answer *mdns.Msg
	for _, name := range names {
		for _, address := range servers {
			answer, _, err = client.Exchange(new(mdns.Msg).SetQuestion(name, qtype), net.JoinHostPort(address, "53"))
			if err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
		if answer.Rcode == mdns.RcodeSuccess && len(answer.Answer) > 0 {
			break
		}
	}
	fmt.Println(mdns.RcodeToString[answer.Rcode])
	for _, record := range answer.Answer {
		kind := mdns.TypeToString[record.Header().Rrtype]
		fmt.Println(kind, strings.TrimPrefix(record.String(), record.Header().String()))
	}
	return nil
}
