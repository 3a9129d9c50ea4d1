package network

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"

	"k8s.io/klog/v2"
)

// configName is the name that kind's own network uses, and that its users know.
const configName = "10-kindnet.conflist"

func inRoot(root string) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Chroot: root}
}

type object = map[string]interface{}

// configuration is the CNI configuration of one node (https://github.com/containernetworking/cni/blob/spec-v0.3.1/SPEC.md).
func configuration(networks []string, mtu int) ([]byte, error) {
	var ranges [][]object
	var routes []object
	for _, network := range networks {
		ranges = append(ranges, []object{{"subnet": network}})
		if bytes.ContainsRune([]byte(network), ':') {
			routes = append(routes, object{"dst": "::/0"})
		} else {
			routes = append(routes, object{"dst": "0.0.0.0/0"})
		}
	}
	return json.MarshalIndent(object{
		"cniVersion": "0.3.1",
		"name":       "kindnet",
		"plugins": []object{
			{
				"type":   "ptp",
				"ipMasq": false,
				"mtu":    mtu,
				"ipam": object{
					"type":    "host-local",
					"dataDir": "/run/cni-ipam-state",
					"ranges":  ranges,
					"routes":  routes,
				},
			},
			{
				"type":         "portmap",
				"capabilities": object{"portMappings": true},
			},
		},
	}, "", "  ")
}

// writeConfig replaces the file at once, so that containerd never reads half of it.
func (a *agent) writeConfig(networks []string, mtu int) error {
	content, err := configuration(networks, mtu)
	if err != nil {
		return err
	}
	directory := filepath.Join(a.hostRoot, a.configDir)
	path := filepath.Join(directory, configName)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	temporary := path + ".partial"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	klog.Infof("Pods of this node are in %v, with an MTU of %d", networks, mtu)
	return nil
}
