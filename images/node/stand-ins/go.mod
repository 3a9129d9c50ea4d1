// For editors: with a module proxy at hand, `go mod tidy` and gopls work here. The image's own build (scripts/node-image)
// needs no module: it compiles this folder as cmd/kinkajou-node in the tree of Debian's source package of Kubernetes,
// with what is vendored there, and runs its tests. The versions are those of that tree.
module k8s.io/kubernetes/cmd/kinkajou-node

go 1.19

require (
	github.com/miekg/dns v1.1.50
	github.com/prometheus/client_golang v1.7.1
	github.com/vishvananda/netlink v1.1.0
	golang.org/x/sys v0.0.0-20201112073958-5cba982894dd
	google.golang.org/grpc v1.27.1
	k8s.io/api v0.20.2
	k8s.io/apimachinery v0.20.2
	k8s.io/client-go v0.20.2
	k8s.io/cri-api v0.20.2
	k8s.io/klog/v2 v2.4.0
)
