package dns

import (
	"sync"
	"time"

	mdns "github.com/miekg/dns"
)

const cacheCapacity = 10000

// An answerCache remembers what upstreams said, for as long as the records hold and at most `limit`.
// Answers about the cluster are never in it: they must follow a change at once.
type answerCache struct {
	limit   time.Duration
	mutex   sync.Mutex
	entries map[cacheKey]cacheEntry
}

type cacheKey struct {
	name         string
	qtype        uint16
	tcp, dnssec  bool
	checkingOff  bool
	hasExtension bool
}

type cacheEntry struct {
	message *mdns.Msg
	stored  time.Time
	expires time.Time
}

func newAnswerCache(limit time.Duration) *answerCache {
	return &answerCache{limit: limit, entries: map[cacheKey]cacheEntry{}}
}

func keyOf(request *mdns.Msg, tcp bool) cacheKey {
	q := request.Question[0]
	key := cacheKey{name: mdns.CanonicalName(q.Name), qtype: q.Qtype, tcp: tcp, checkingOff: request.CheckingDisabled}
	if option := request.IsEdns0(); option != nil {
		key.hasExtension, key.dnssec = true, option.Do()
	}
	return key
}

func (c *answerCache) get(request *mdns.Msg, tcp bool) *mdns.Msg {
	if c == nil {
		return nil
	}
	now := time.Now()
	key := keyOf(request, tcp)
	c.mutex.Lock()
	entry, found := c.entries[key]
	if found && now.After(entry.expires) {
		delete(c.entries, key)
		found = false
	}
	c.mutex.Unlock()
	if !found {
		return nil
	}
	answer := entry.message.Copy()
	answer.Id = request.Id
	answer.Question = request.Question
	age := uint32(now.Sub(entry.stored) / time.Second)
	eachTTL(answer, func(ttl *uint32) {
		if *ttl > age {
			*ttl -= age
		} else {
			*ttl = 0
		}
	})
	return answer
}

func (c *answerCache) put(request, answer *mdns.Msg, tcp bool) {
	if c == nil || answer.Truncated {
		return
	}
	holds := c.limit
	switch {
	case answer.Rcode == mdns.RcodeSuccess && len(answer.Answer) > 0:
		eachTTL(answer, func(ttl *uint32) {
			if d := time.Duration(*ttl) * time.Second; d < holds {
				holds = d
			}
		})
	case answer.Rcode == mdns.RcodeNameError || answer.Rcode == mdns.RcodeSuccess:
		// A negative answer holds as long as its SOA says (RFC 2308); without one it is not kept.
		found := false
		for _, record := range answer.Ns {
			if soa, ok := record.(*mdns.SOA); ok {
				found = true
				for _, seconds := range []uint32{soa.Minttl, soa.Hdr.Ttl} {
					if d := time.Duration(seconds) * time.Second; d < holds {
						holds = d
					}
				}
			}
		}
		if !found {
			return
		}
	default:
		return
	}
	if holds <= 0 {
		return
	}
	now := time.Now()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.entries) >= cacheCapacity {
		for key, entry := range c.entries {
			if now.After(entry.expires) {
				delete(c.entries, key)
			}
		}
		for key := range c.entries {
			if len(c.entries) < cacheCapacity*9/10 {
				break
			}
			delete(c.entries, key)
		}
	}
	c.entries[keyOf(request, tcp)] = cacheEntry{answer.Copy(), now, now.Add(holds)}
}

func eachTTL(message *mdns.Msg, do func(*uint32)) {
	for _, section := range [][]mdns.RR{message.Answer, message.Ns, message.Extra} {
		for _, record := range section {
			if record.Header().Rrtype != mdns.TypeOPT {
				do(&record.Header().Ttl)
			}
		}
	}
}
