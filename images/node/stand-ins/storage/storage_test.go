package storage

import (
	"context"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
)

// started is a provisioner whose caches hold what is in its API.
func started(t *testing.T, objects ...runtime.Object) (*provisioner, *record.FakeRecorder) {
	t.Helper()
	events := record.NewFakeRecorder(10)
	client := fake.NewSimpleClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	p := &provisioner{
		client: client, namespace: "storage", image: "helper:v1", directory: "/volumes", events: events,
		claims:  factory.Core().V1().PersistentVolumeClaims().Informer(),
		volumes: factory.Core().V1().PersistentVolumes().Informer(),
		classes: factory.Storage().V1().StorageClasses().Informer(),
		nodes:   factory.Core().V1().Nodes().Informer(),
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), p.claims.HasSynced, p.volumes.HasSynced, p.classes.HasSynced, p.nodes.HasSynced) {
		t.Fatal("the caches were not filled")
	}
	return p, events
}

func class() *storagev1.StorageClass {
	mode := storagev1.VolumeBindingWaitForFirstConsumer
	return &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: "standard"}, Provisioner: provisionerName, VolumeBindingMode: &mode,
	}
}

func claim(node string) *v1.PersistentVolumeClaim {
	name := "standard"
	return &v1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{
			Name: "data", Namespace: "default", UID: "1-2",
			Annotations: map[string]string{
				annotationProvisioner: provisionerName, annotationSelectedNode: node,
			},
		},
		Spec: v1.PersistentVolumeClaimSpec{
			StorageClassName: &name, AccessModes: []v1.PersistentVolumeAccessMode{v1.ReadWriteOnce},
		},
	}
}

func TestAClaimWhoseNodeIsGoneIsScheduledAgain(t *testing.T) {
	p, events := started(t, class(), claim("gone"), &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "there"}})
	if err := p.claim(context.Background(), "default/data"); err != nil {
		t.Fatal(err)
	}
	left, err := p.client.CoreV1().PersistentVolumeClaims("default").Get(context.Background(), "data", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if node, chosen := left.Annotations[annotationSelectedNode]; chosen {
		t.Errorf("the node %s is still chosen", node)
	}
	if left.Annotations[annotationProvisioner] != provisionerName {
		t.Errorf("annotations: %v", left.Annotations)
	}
	if event := <-events.Events; !strings.Contains(event, "the chosen node gone is gone") {
		t.Error(event)
	}
}

func TestANodeThatTheCacheDoesNotKnowYetStaysChosen(t *testing.T) {
	p, _ := started(t, class(), claim("new"))
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "new"}}
	if _, err := p.client.CoreV1().Nodes().Create(context.Background(), node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	// Whether the cache has it by now or not.
	err := p.scheduleAgain(context.Background(), claim("new"), "new")
	if err == nil || !strings.Contains(err.Error(), "not known here yet") {
		t.Errorf("error: %v", err)
	}
}

func TestWhatADirectoryCannotBeIsRefused(t *testing.T) {
	block := v1.PersistentVolumeBlock
	for reason, change := range map[string]func(*v1.PersistentVolumeClaim){
		"":              func(*v1.PersistentVolumeClaim) {},
		"block device":  func(c *v1.PersistentVolumeClaim) { c.Spec.VolumeMode = &block },
		"selector":      func(c *v1.PersistentVolumeClaim) { c.Spec.Selector = &metav1.LabelSelector{} },
		"ReadWriteMany": func(c *v1.PersistentVolumeClaim) { c.Spec.AccessModes[0] = v1.ReadWriteMany },
	} {
		c := claim("there")
		change(c)
		if got := refusal(c); (got == "") != (reason == "") || !strings.Contains(got, reason) {
			t.Errorf("%q: %q", reason, got)
		}
	}
}

func TestAVolumeStaysOnItsNode(t *testing.T) {
	p, _ := started(t)
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "there", Labels: map[string]string{labelHostname: "host"}}}
	volume := p.newVolume("pvc-1-2", "pvc-1-2_default_data", claim("there"), class(), node)
	if volume.Spec.HostPath.Path != "/volumes/pvc-1-2_default_data" ||
		volume.Spec.PersistentVolumeReclaimPolicy != v1.PersistentVolumeReclaimDelete ||
		volume.Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Values[0] != "host" {
		t.Errorf("volume: %+v", volume.Spec)
	}
}

func TestAVolumeThatLiesElsewhereIsLeftAlone(t *testing.T) {
	for _, path := range []string{"/etc", "/volumes/../etc", "/volumes/a/b"} {
		volume := &v1.PersistentVolume{
			ObjectMeta: metav1.ObjectMeta{
				Name: "data", Annotations: map[string]string{annotationProvisioned: provisionerName},
			},
			Spec: v1.PersistentVolumeSpec{
				PersistentVolumeReclaimPolicy: v1.PersistentVolumeReclaimDelete,
				PersistentVolumeSource: v1.PersistentVolumeSource{
					HostPath: &v1.HostPathVolumeSource{Path: path},
				},
			},
			Status: v1.PersistentVolumeStatus{Phase: v1.VolumeReleased},
		}
		p, _ := started(t, volume)
		if err := p.volume(context.Background(), "data"); err == nil || !strings.Contains(err.Error(), "left alone") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAHelperMakesAndRemovesNothingElse(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "/etc", "a\x00"} {
		if plainName(name) {
			t.Errorf("%q is plain", name)
		}
		if err := HelperMain([]string{"remove", name}); err == nil {
			t.Errorf("%q was removed", name)
		}
	}
	if !plainName("pvc-1-2_default_data") {
		t.Error("an ordinary name is refused")
	}
}
