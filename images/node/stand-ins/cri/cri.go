// Package cri is the part of crictl that kind and people at a node's prompt use: it asks containerd over CRI.
package cri

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

const (
	socket  = "unix:///run/containerd/containerd.sock"
	timeout = 30 * time.Second
)

const usage = `usage: crictl [--runtime-endpoint SOCKET] COMMAND

  images | inspecti IMAGE | pull IMAGE | rmi IMAGE...
  pods [-q] | ps [-a] [-q] | inspect CONTAINER | inspectp POD
  stop CONTAINER... | rm CONTAINER... | stopp POD... | rmp POD...
  info | version
`

type client struct {
	runtime runtime.RuntimeServiceClient
	images  runtime.ImageServiceClient
}

// Main runs one command.
func Main(arguments []string) error {
	flags := flag.NewFlagSet("crictl", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	endpoint := flags.String("runtime-endpoint", socket, "")
	flags.StringVar(endpoint, "r", socket, "")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return fmt.Errorf("no command")
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	connection, err := grpc.DialContext(ctx, *endpoint, grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		return fmt.Errorf("%s: %w", *endpoint, err)
	}
	defer connection.Close()
	c := client{runtime.NewRuntimeServiceClient(connection), runtime.NewImageServiceClient(connection)}
	command := flag.NewFlagSet(flags.Arg(0), flag.ContinueOnError)
	command.Usage = flags.Usage
	quiet := command.Bool("q", false, "")
	all := command.Bool("a", false, "")
	output := command.String("o", "", "")
	if err := command.Parse(flags.Args()[1:]); err != nil {
		return err
	}
	return c.run(ctx, flags.Arg(0), command.Args(), *quiet, *all, *output == "json")
}

func (c client) run(ctx context.Context, command string, names []string, quiet, all, asJSON bool) error {
	needed := map[string]bool{
		"inspecti": true, "pull": true, "rmi": true, "inspect": true, "inspectp": true,
		"stop": true, "rm": true, "stopp": true, "rmp": true,
	}
	if needed[command] && len(names) == 0 {
		return fmt.Errorf("%s: of what?", command)
	}
	switch command {
	case "version":
		reply, err := c.runtime.Version(ctx, &runtime.VersionRequest{})
		if err != nil {
			return err
		}
		fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
			reply.Version, reply.RuntimeName, reply.RuntimeVersion, reply.RuntimeApiVersion)
		return nil
	case "info":
		reply, err := c.runtime.Status(ctx, &runtime.StatusRequest{Verbose: true})
		if err != nil {
			return err
		}
		return printStatus(reply.Status, reply.Info)
	case "images", "image", "img":
		reply, err := c.images.ListImages(ctx, &runtime.ListImagesRequest{})
		if err != nil {
			return err
		}
		return printImages(reply.Images, quiet, asJSON)
	case "inspecti":
		for _, name := range names {
			reply, err := c.images.ImageStatus(ctx, &runtime.ImageStatusRequest{Image: spec(name), Verbose: true})
			if err != nil {
				return err
			}
			if reply.Image == nil {
				return fmt.Errorf("no such image %q present", name)
			}
			if err := printStatus(reply.Image, reply.Info); err != nil {
				return err
			}
		}
		return nil
	case "pull":
		reply, err := c.images.PullImage(ctx, &runtime.PullImageRequest{Image: spec(names[0])})
		if err != nil {
			return err
		}
		fmt.Println(reply.ImageRef)
		return nil
	case "pods":
		return c.pods(ctx, quiet, asJSON)
	case "ps":
		return c.containers(ctx, quiet, all, asJSON)
	case "inspect":
		reply, err := c.runtime.ContainerStatus(
			ctx, &runtime.ContainerStatusRequest{ContainerId: names[0], Verbose: true})
		if err != nil {
			return err
		}
		return printStatus(reply.Status, reply.Info)
	case "inspectp":
		reply, err := c.runtime.PodSandboxStatus(
			ctx, &runtime.PodSandboxStatusRequest{PodSandboxId: names[0], Verbose: true})
		if err != nil {
			return err
		}
		return printStatus(reply.Status, reply.Info)
	}
	var each func(name string) error
	switch command {
	case "rmi":
		each = func(name string) error {
			_, err := c.images.RemoveImage(ctx, &runtime.RemoveImageRequest{Image: spec(name)})
			return err
		}
	case "stop":
		each = func(name string) error {
			_, err := c.runtime.StopContainer(ctx, &runtime.StopContainerRequest{ContainerId: name})
			return err
		}
	case "rm":
		each = func(name string) error {
			_, err := c.runtime.RemoveContainer(ctx, &runtime.RemoveContainerRequest{ContainerId: name})
			return err
		}
	case "stopp":
		each = func(name string) error {
			_, err := c.runtime.StopPodSandbox(ctx, &runtime.StopPodSandboxRequest{PodSandboxId: name})
			return err
		}
	case "rmp":
		each = func(name string) error {
			_, err := c.runtime.RemovePodSandbox(ctx, &runtime.RemovePodSandboxRequest{PodSandboxId: name})
			return err
		}
	default:
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("%s: not a command here; `ctr --namespace k8s.io` does the rest", command)
	}
	for _, name := range names {
		if err := each(name); err != nil {
			return err
		}
	}
	return nil
}

func spec(name string) *runtime.ImageSpec { return &runtime.ImageSpec{Image: name} }

func (c client) pods(ctx context.Context, quiet, asJSON bool) error {
	reply, err := c.runtime.ListPodSandbox(ctx, &runtime.ListPodSandboxRequest{})
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(map[string]interface{}{"items": reply.Items})
	}
	table := newTable(os.Stdout, quiet, "POD ID", "STATE", "NAME", "NAMESPACE", "ATTEMPT")
	for _, pod := range reply.Items {
		state := strings.TrimPrefix(pod.State.String(), "SANDBOX_")
		table.row(pod.Id, short(pod.Id), state, pod.Metadata.Name, pod.Metadata.Namespace, fmt.Sprint(pod.Metadata.Attempt))
	}
	return table.writer.Flush()
}

func (c client) containers(ctx context.Context, quiet, all, asJSON bool) error {
	request := &runtime.ListContainersRequest{}
	if !all {
		request.Filter = &runtime.ContainerFilter{
			State: &runtime.ContainerStateValue{State: runtime.ContainerState_CONTAINER_RUNNING},
		}
	}
	reply, err := c.runtime.ListContainers(ctx, request)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(map[string]interface{}{"containers": reply.Containers})
	}
	table := newTable(os.Stdout, quiet, "CONTAINER", "IMAGE", "STATE", "NAME", "ATTEMPT", "POD ID")
	for _, container := range reply.Containers {
		image := ""
		if container.Image != nil {
			image = short(strings.TrimPrefix(container.Image.Image, "sha256:"))
		}
		state := strings.TrimPrefix(container.State.String(), "CONTAINER_")
		table.row(container.Id, short(container.Id), image, state, container.Metadata.Name,
			fmt.Sprint(container.Metadata.Attempt), short(container.PodSandboxId))
	}
	return table.writer.Flush()
}

func printImages(images []*runtime.Image, quiet, asJSON bool) error {
	if asJSON {
		return printJSON(map[string]interface{}{"images": images})
	}
	table := newTable(os.Stdout, quiet, "IMAGE ID", "IMAGE", "SIZE")
	for _, image := range images {
		names := image.RepoTags
		if len(names) == 0 {
			names = []string{"<none>"}
		}
		for _, name := range names {
			table.row(image.Id, short(strings.TrimPrefix(image.Id, "sha256:")), name, fmt.Sprintf("%.1fMB", float64(image.Size_)/1e6))
		}
	}
	return table.writer.Flush()
}

// printStatus prints what the runtime says, and its own details, which are JSON text each, as crictl does.
func printStatus(status interface{}, info map[string]string) error {
	document := map[string]interface{}{"status": status}
	details := map[string]json.RawMessage{}
	for name, text := range info {
		if json.Valid([]byte(text)) {
			details[name] = json.RawMessage(text)
		} else if quoted, err := json.Marshal(text); err == nil {
			details[name] = quoted
		}
	}
	document["info"] = details
	return printJSON(document)
}

func printJSON(document interface{}) error {
	plain, err := camelCased(document)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(plain)
}

// camelCased spells the names of fields as Protocol Buffers' JSON does, and crictl with it; the generated types
// of CRI spell them repo_tags. Labels and annotations are data and stay as they are.
func camelCased(document interface{}) (interface{}, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	var plain interface{}
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	return camelCasedValue(plain), nil
}

func camelCasedValue(value interface{}) interface{} {
	switch value := value.(type) {
	case map[string]interface{}:
		renamed := map[string]interface{}{}
		for name, field := range value {
			if name != "labels" && name != "annotations" && name != "info" {
				field = camelCasedValue(field)
			}
			words := strings.Split(name, "_")
			for i := 1; i < len(words); i++ {
				if words[i] != "" {
					words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
				}
			}
			renamed[strings.Join(words, "")] = field
		}
		return renamed
	case []interface{}:
		for i := range value {
			value[i] = camelCasedValue(value[i])
		}
	}
	return value
}

// A table prints aligned columns, or with -q the whole names that other commands take.
type table struct {
	writer *tabwriter.Writer
	quiet  bool
}

func newTable(output io.Writer, quiet bool, titles ...string) table {
	t := table{tabwriter.NewWriter(output, 0, 8, 3, ' ', 0), quiet}
	if !quiet {
		t.row("", titles...)
	}
	return t
}

func (t table) row(id string, cells ...string) {
	if t.quiet {
		cells = []string{id}
	}
	fmt.Fprintln(t.writer, strings.Join(cells, "\t"))
}

func short(id string) string {
	if len(id) > 13 {
		return id[:13]
	}
	return id
}
