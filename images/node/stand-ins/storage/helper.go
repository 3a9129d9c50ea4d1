package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
)

const (
	helperTimeout = 2 * time.Minute
	helperMount   = "/volumes"
)

// HelperMain is what the helper Pod runs on a node: `make NAME` or `remove NAME`.
func HelperMain(arguments []string) error {
	if len(arguments) != 2 || !plainName(arguments[1]) {
		return fmt.Errorf("usage: storage-helper make|remove NAME")
	}
	path := filepath.Join(helperMount, arguments[1])
	switch arguments[0] {
	case "make":
		if err := os.MkdirAll(path, 0o777); err != nil {
			return err
		}
		// Pods run as any user; past the umask, everyone may write.
		return os.Chmod(path, 0o777)
	case "remove":
		return os.RemoveAll(path)
	}
	return fmt.Errorf("%s: neither make nor remove", arguments[0])
}

// plainName tells whether a name stays inside the directory that it is joined to.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}

// runHelper runs one helper Pod on a node and waits until it has succeeded.
func (p *provisioner) runHelper(ctx context.Context, node, action, folder string) error {
	ctx, cancel := context.WithTimeout(ctx, helperTimeout)
	defer cancel()
	pods := p.client.CoreV1().Pods(p.namespace)
	created, err := pods.Create(ctx, p.helperPod(node, action, folder), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	defer func() {
		// Also when the time is over, so on a context of its own.
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		now := int64(0)
		_ = pods.Delete(ctx, created.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
	}()
	selector := fields.OneTermEqualSelector("metadata.name", created.Name).String()
	version := created.ResourceVersion
	for {
		watcher, err := pods.Watch(ctx, metav1.ListOptions{FieldSelector: selector, ResourceVersion: version})
		if err != nil {
			return err
		}
		done, err := p.await(watcher)
		watcher.Stop()
		if done || err != nil {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("on node %s, %s %s did not end within %s", node, action, folder, helperTimeout)
		}
		pod, err := pods.Get(ctx, created.Name, metav1.GetOptions{})
		if errors.IsNotFound(err) {
			return fmt.Errorf("the helper Pod %s was deleted by somebody", created.Name)
		} else if err != nil {
			return err
		}
		if done, err := finished(pod); done || err != nil {
			return err
		}
		version = pod.ResourceVersion
	}
}

// await reads a watch until the Pod has ended; done is false when the watch ended before it.
func (p *provisioner) await(watcher watch.Interface) (done bool, err error) {
	for event := range watcher.ResultChan() {
		pod, ok := event.Object.(*v1.Pod)
		if !ok {
			return false, nil
		}
		if event.Type == watch.Deleted {
			return false, fmt.Errorf("the helper Pod %s was deleted by somebody", pod.Name)
		}
		if done, err := finished(pod); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

func finished(pod *v1.Pod) (bool, error) {
	switch pod.Status.Phase {
	case v1.PodSucceeded:
		return true, nil
	case v1.PodFailed:
		message := pod.Status.Message
		for _, status := range pod.Status.ContainerStatuses {
			if status.State.Terminated != nil {
				message = strings.TrimSpace(status.State.Terminated.Message)
			}
		}
		return false, fmt.Errorf("the helper Pod on node %s failed: %s", pod.Spec.NodeName, message)
	}
	return false, nil
}

func (p *provisioner) helperPod(node, action, folder string) *v1.Pod {
	kind := v1.HostPathDirectoryOrCreate
	deadline := int64(helperTimeout / time.Second)
	no := false
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: "storage-helper-", Namespace: p.namespace,
			Labels: map[string]string{"app": "storage-helper"},
		},
		Spec: v1.PodSpec{
			// Past the scheduler: the node is given, and its taints do not matter for its own directory.
			NodeName:                     node,
			Tolerations:                  []v1.Toleration{{Operator: v1.TolerationOpExists}},
			RestartPolicy:                v1.RestartPolicyNever,
			ActiveDeadlineSeconds:        &deadline,
			AutomountServiceAccountToken: &no,
			// No address is needed, and none has to be made: this saves time.
			HostNetwork: true,
			Containers: []v1.Container{{
				Name:                     "helper",
				Image:                    p.image,
				ImagePullPolicy:          v1.PullIfNotPresent,
				Command:                  []string{"/kinkajou-node", "storage-helper", action, folder},
				TerminationMessagePolicy: v1.TerminationMessageFallbackToLogsOnError,
				VolumeMounts:             []v1.VolumeMount{{Name: "volumes", MountPath: helperMount}},
			}},
			Volumes: []v1.Volume{{
				Name: "volumes",
				VolumeSource: v1.VolumeSource{
					HostPath: &v1.HostPathVolumeSource{Path: p.directory, Type: &kind},
				},
			}},
		},
	}
}
