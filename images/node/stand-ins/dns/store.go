package dns

import (
	"net"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

const byIP = "ip"

// informerStore keeps Services, Endpoints and namespaces in memory, in step with the API server by watches.
type informerStore struct {
	services, endpointSets, namespaces cache.SharedIndexInformer
	pods                               cache.SharedIndexInformer
	podsWanted                         bool
}

func newInformerStore(client kubernetes.Interface, podsWanted bool, stop <-chan struct{}) (*informerStore, error) {
	factory := informers.NewSharedInformerFactory(client, 0*time.Second)
	core := factory.Core().V1()
	s := &informerStore{
		services:     core.Services().Informer(),
		endpointSets: core.Endpoints().Informer(),
		namespaces:   core.Namespaces().Informer(),
		podsWanted:   podsWanted,
	}
	if err := s.services.AddIndexers(cache.Indexers{byIP: func(object interface{}) ([]string, error) {
		service, ok := object.(*v1.Service)
		if !ok {
			return nil, nil
		}
		var keys []string
		for _, ip := range clusterIPs(service) {
			keys = append(keys, ip.String())
		}
		return keys, nil
	}}); err != nil {
		return nil, err
	}
	if err := s.endpointSets.AddIndexers(cache.Indexers{byIP: func(object interface{}) ([]string, error) {
		endpoints, ok := object.(*v1.Endpoints)
		if !ok {
			return nil, nil
		}
		seen := map[string]bool{}
		var keys []string
		for _, subset := range endpoints.Subsets {
			for _, address := range subset.Addresses {
				if ip := net.ParseIP(address.IP); ip != nil && !seen[ip.String()] {
					seen[ip.String()] = true
					keys = append(keys, ip.String())
				}
			}
		}
		return keys, nil
	}}); err != nil {
		return nil, err
	}
	if podsWanted {
		s.pods = core.Pods().Informer()
		if err := s.pods.AddIndexers(cache.Indexers{byIP: func(object interface{}) ([]string, error) {
			pod, ok := object.(*v1.Pod)
			if !ok || pod.Spec.HostNetwork || pod.Status.PodIP == "" {
				return nil, nil
			}
			return []string{pod.Namespace + "/" + pod.Status.PodIP}, nil
		}}); err != nil {
			return nil, err
		}
	}
	factory.Start(stop)
	return s, nil
}

func (s *informerStore) synced() bool {
	return s.services.HasSynced() && s.endpointSets.HasSynced() && s.namespaces.HasSynced() &&
		(!s.podsWanted || s.pods.HasSynced())
}

func (s *informerStore) namespace(name string) bool {
	_, exists, err := s.namespaces.GetStore().GetByKey(name)
	return err == nil && exists
}

func (s *informerStore) service(namespace, name string) *v1.Service {
	object, exists, err := s.services.GetStore().GetByKey(namespace + "/" + name)
	if err != nil || !exists {
		return nil
	}
	service, _ := object.(*v1.Service)
	return service
}

func (s *informerStore) endpoints(namespace, name string) *v1.Endpoints {
	object, exists, err := s.endpointSets.GetStore().GetByKey(namespace + "/" + name)
	if err != nil || !exists {
		return nil
	}
	endpoints, _ := object.(*v1.Endpoints)
	return endpoints
}

func (s *informerStore) servicesAt(address string) []*v1.Service {
	objects, err := s.services.GetIndexer().ByIndex(byIP, address)
	if err != nil {
		return nil
	}
	var services []*v1.Service
	for _, object := range objects {
		if service, ok := object.(*v1.Service); ok {
			services = append(services, service)
		}
	}
	return services
}

func (s *informerStore) endpointsAt(address string) []*v1.Endpoints {
	objects, err := s.endpointSets.GetIndexer().ByIndex(byIP, address)
	if err != nil {
		return nil
	}
	var sets []*v1.Endpoints
	for _, object := range objects {
		if endpoints, ok := object.(*v1.Endpoints); ok {
			sets = append(sets, endpoints)
		}
	}
	return sets
}

func (s *informerStore) podAt(namespace, address string) bool {
	if s.pods == nil {
		return false
	}
	objects, err := s.pods.GetIndexer().ByIndex(byIP, namespace+"/"+address)
	return err == nil && len(objects) > 0
}
