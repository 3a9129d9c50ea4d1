// Package storage makes volumes for claims: directories of the node that the first Pod of a claim was put on, as
// rancher.io/local-path does in kind's own images, under the same provisioner name.
package storage

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const (
	provisionerName = "rancher.io/local-path"

	annotationProvisioner   = "volume.beta.kubernetes.io/storage-provisioner"
	annotationProvisioned   = "pv.kubernetes.io/provisioned-by"
	annotationSelectedNode  = "volume.kubernetes.io/selected-node"
	annotationNodeOfVolume  = "kinkajou.dev/node"
	labelHostname           = "kubernetes.io/hostname"
	maxConcurrentOperations = 4
)

type provisioner struct {
	client    kubernetes.Interface
	namespace string
	image     string
	directory string
	events    record.EventRecorder

	claims, volumes, classes, nodes cache.SharedIndexInformer
	queue                           workqueue.RateLimitingInterface
}

// Main runs until SIGTERM.
func Main(arguments []string) error {
	flags := flag.NewFlagSet("storage", flag.ContinueOnError)
	directory := flags.String("directory", "/var/local-path-provisioner", "on the nodes, what volumes are made in")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	p := &provisioner{
		namespace: os.Getenv("POD_NAMESPACE"), image: os.Getenv("HELPER_IMAGE"), directory: *directory,
		queue: workqueue.NewRateLimitingQueue(
			workqueue.NewItemExponentialFailureRateLimiter(500*time.Millisecond, time.Minute)),
	}
	if p.namespace == "" || p.image == "" {
		return fmt.Errorf("POD_NAMESPACE and HELPER_IMAGE have to be set")
	}
	config, err := clientcmd.BuildConfigFromFlags("", "")
	if err != nil {
		return err
	}
	config.UserAgent = "kinkajou-storage"
	p.client, err = kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: p.client.CoreV1().Events("")})
	defer broadcaster.Shutdown()
	p.events = broadcaster.NewRecorder(scheme.Scheme, v1.EventSource{Component: provisionerName})

	context, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	factory := informers.NewSharedInformerFactory(p.client, 5*time.Minute)
	p.claims = factory.Core().V1().PersistentVolumeClaims().Informer()
	p.volumes = factory.Core().V1().PersistentVolumes().Informer()
	p.classes = factory.Storage().V1().StorageClasses().Informer()
	p.nodes = factory.Core().V1().Nodes().Informer()
	p.claims.AddEventHandler(p.enqueue("claim"))
	p.volumes.AddEventHandler(p.enqueue("volume"))
	factory.Start(context.Done())
	if !cache.WaitForCacheSync(context.Done(),
		p.claims.HasSynced, p.volumes.HasSynced, p.classes.HasSynced, p.nodes.HasSynced) {
		return nil
	}
	klog.Infof("%s makes volumes in %s", provisionerName, p.directory)
	for i := 0; i < maxConcurrentOperations; i++ {
		go p.work(context)
	}
	<-context.Done()
	p.queue.ShutDown()
	return nil
}

// A key names what has to be looked at: "claim" or "volume", and its name in the cache.
type key struct{ kind, name string }

func (p *provisioner) enqueue(kind string) cache.ResourceEventHandlerFuncs {
	add := func(object interface{}) {
		if name, err := cache.MetaNamespaceKeyFunc(object); err == nil {
			p.queue.Add(key{kind, name})
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    add,
		UpdateFunc: func(_, object interface{}) { add(object) },
	}
}

func (p *provisioner) work(ctx context.Context) {
	for {
		item, stopped := p.queue.Get()
		if stopped {
			return
		}
		k, ok := item.(key)
		if !ok {
			p.queue.Forget(item)
			p.queue.Done(item)
			continue
		}
		var err error
		if k.kind == "claim" {
			err = p.claim(ctx, k.name)
		} else {
			err = p.volume(ctx, k.name)
		}
		if err != nil {
			klog.Errorf("%s %s: %v", k.kind, k.name, err)
			p.queue.AddRateLimited(item)
		} else {
			p.queue.Forget(item)
		}
		p.queue.Done(item)
	}
}

// claim makes the volume of a claim, once its class is ours and, where the class waits, a node is chosen.
func (p *provisioner) claim(ctx context.Context, name string) error {
	object, exists, err := p.claims.GetStore().GetByKey(name)
	claim, ok := object.(*v1.PersistentVolumeClaim)
	if err != nil || !exists || !ok {
		return err
	}
	if claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil ||
		claim.Annotations[annotationProvisioner] != provisionerName || claim.Spec.StorageClassName == nil {
		return nil
	}
	object, exists, err = p.classes.GetStore().GetByKey(*claim.Spec.StorageClassName)
	class, ok := object.(*storagev1.StorageClass)
	if err != nil || !exists || !ok || class.Provisioner != provisionerName {
		return err
	}
	if reason := refusal(claim); reason != "" {
		p.events.Event(claim, v1.EventTypeWarning, "ProvisioningFailed", reason)
		return nil
	}
	node := claim.Annotations[annotationSelectedNode]
	if node == "" {
		if class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer {
			return nil
		}
		if node = p.anyNode(); node == "" {
			return fmt.Errorf("no node is ready")
		}
	}
	volumeName := "pvc-" + string(claim.UID)
	if _, exists, err := p.volumes.GetStore().GetByKey(volumeName); err != nil || exists {
		return err
	}
	object, exists, err = p.nodes.GetStore().GetByKey(node)
	nodeObject, ok := object.(*v1.Node)
	if err != nil {
		return err
	}
	if !exists || !ok {
		return p.scheduleAgain(ctx, claim, node)
	}
	p.events.Event(claim, v1.EventTypeNormal, "Provisioning", "makes a directory on node "+node)
	folder := fmt.Sprintf("%s_%s_%s", volumeName, claim.Namespace, claim.Name)
	if err := p.runHelper(ctx, node, "make", folder); err != nil {
		p.events.Event(claim, v1.EventTypeWarning, "ProvisioningFailed", err.Error())
		return err
	}
	if _, err := p.client.CoreV1().PersistentVolumes().Create(
		ctx, p.newVolume(volumeName, folder, claim, class, nodeObject), metav1.CreateOptions{},
	); err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	p.events.Event(claim, v1.EventTypeNormal, "ProvisioningSucceeded", "made "+volumeName)
	return nil
}

// scheduleAgain takes a node that is gone out of a claim, so that the scheduler chooses another for its Pod.
func (p *provisioner) scheduleAgain(ctx context.Context, claim *v1.PersistentVolumeClaim, node string) error {
	// The cache may not know a new node yet.
	if _, err := p.client.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{}); err == nil {
		return fmt.Errorf("node %s is not known here yet", node)
	} else if !errors.IsNotFound(err) {
		return err
	}
	patch, err := json.Marshal(map[string]interface{}{"metadata": map[string]interface{}{
		// Only if nobody has chosen another meanwhile.
		"resourceVersion": claim.ResourceVersion,
		"annotations":     map[string]interface{}{annotationSelectedNode: nil},
	}})
	if err != nil {
		return err
	}
	if _, err := p.client.CoreV1().PersistentVolumeClaims(claim.Namespace).Patch(
		ctx, claim.Name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		return err
	}
	p.events.Event(claim, v1.EventTypeWarning, "NodeGone", "the chosen node "+node+" is gone: another is to be chosen")
	return nil
}

// refusal says why a directory of one node cannot be what the claim asks for.
func refusal(claim *v1.PersistentVolumeClaim) string {
	if claim.Spec.VolumeMode != nil && *claim.Spec.VolumeMode == v1.PersistentVolumeBlock {
		return "a directory cannot be a block device: only the volume mode Filesystem can be had"
	}
	if claim.Spec.Selector != nil {
		return "a claim with a selector takes volumes that exist; none can be made for it"
	}
	for _, mode := range claim.Spec.AccessModes {
		if mode != v1.ReadWriteOnce {
			return fmt.Sprintf("a directory of one node cannot be %s: only ReadWriteOnce can be had", mode)
		}
	}
	return ""
}

func (p *provisioner) anyNode() string {
	for _, object := range p.nodes.GetStore().List() {
		node, ok := object.(*v1.Node)
		if !ok || node.Spec.Unschedulable {
			continue
		}
		for _, condition := range node.Status.Conditions {
			if condition.Type == v1.NodeReady && condition.Status == v1.ConditionTrue {
				return node.Name
			}
		}
	}
	return ""
}

func (p *provisioner) newVolume(
	name, folder string, claim *v1.PersistentVolumeClaim, class *storagev1.StorageClass, node *v1.Node,
) *v1.PersistentVolume {
	policy := v1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		policy = *class.ReclaimPolicy
	}
	hostname := node.Labels[labelHostname]
	if hostname == "" {
		hostname = node.Name
	}
	mode := v1.PersistentVolumeFilesystem
	kind := v1.HostPathDirectoryOrCreate
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Annotations: map[string]string{
				annotationProvisioned: provisionerName, annotationNodeOfVolume: node.Name,
			},
		},
		Spec: v1.PersistentVolumeSpec{
			Capacity:                      v1.ResourceList{v1.ResourceStorage: claim.Spec.Resources.Requests[v1.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: policy,
			StorageClassName:              class.Name,
			MountOptions:                  class.MountOptions,
			VolumeMode:                    &mode,
			ClaimRef: &v1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: v1.PersistentVolumeSource{
				HostPath: &v1.HostPathVolumeSource{Path: p.directory + "/" + folder, Type: &kind},
			},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{
				NodeSelectorTerms: []v1.NodeSelectorTerm{{
					MatchExpressions: []v1.NodeSelectorRequirement{{
						Key: labelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{hostname},
					}},
				}},
			}},
		},
	}
}

// volume removes a volume of ours that its claim has left, first its data and then the object.
func (p *provisioner) volume(ctx context.Context, name string) error {
	object, exists, err := p.volumes.GetStore().GetByKey(name)
	volume, ok := object.(*v1.PersistentVolume)
	if err != nil || !exists || !ok {
		return err
	}
	if volume.Annotations[annotationProvisioned] != provisionerName || volume.DeletionTimestamp != nil ||
		volume.Spec.PersistentVolumeReclaimPolicy != v1.PersistentVolumeReclaimDelete ||
		volume.Status.Phase != v1.VolumeReleased || volume.Spec.HostPath == nil {
		return nil
	}
	folder := strings.TrimPrefix(volume.Spec.HostPath.Path, p.directory+"/")
	if folder == volume.Spec.HostPath.Path || !plainName(folder) {
		return fmt.Errorf("%s does not lie in %s, and is left alone", volume.Spec.HostPath.Path, p.directory)
	}
	node := volume.Annotations[annotationNodeOfVolume]
	if _, exists, err := p.nodes.GetStore().GetByKey(node); err != nil {
		return err
	} else if exists {
		if err := p.runHelper(ctx, node, "remove", folder); err != nil {
			p.events.Event(volume, v1.EventTypeWarning, "VolumeFailedDelete", err.Error())
			return err
		}
	} else {
		klog.Infof("volume %s: its node %s is gone, and its data with it", name, node)
	}
	err = p.client.CoreV1().PersistentVolumes().Delete(ctx, name, metav1.DeleteOptions{})
	if err != nil && !errors.IsNotFound(err) {
		return err
	}
	return nil
}
