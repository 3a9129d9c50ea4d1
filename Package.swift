// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is Swift 6 language mode (the tools version's default), and warnings are errors.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The registry that the images of this build are in; see CONTRIBUTING.md.
let registry = Context.environment["KINKAJOU_REGISTRY"].flatMap { $0.isEmpty ? nil : $0 }

/// Programs that can be PID 1 block their signals by their first instructions (Sources/CLinux/start.S).
let entersThroughCLinux: [LinkerSetting] = [
    .unsafeFlags(["-Xlinker", "-e", "-Xlinker", "clinux_start"])
]

let package = Package(
    name: "kinkajou",
    products: [
        .executable(name: "kinkajou", targets: ["kinkajou"]),
        .executable(name: "kinkajou-init", targets: ["kinkajou-init"]),
        .executable(name: "kinkajou-oci", targets: ["kinkajou-oci"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C shims for what Swift cannot call, or must not do itself (fork in a threaded runtime).
        .target(name: "CLinux"),
        // What is said at build time.
        .target(
            name: "CRelease",
            cSettings: registry.map { [.define("KINKAJOU_REGISTRY", to: "\"\($0)\"")] } ?? []),
        // The PID 1 loop: no Foundation, no second thread.
        .target(name: "ContainerInit", dependencies: ["CLinux"], swiftSettings: strict),
        // The OCI runtime wrapper: start-up critical, no Foundation.
        .target(name: "OCIRuntime", dependencies: ["CLinux"], swiftSettings: strict),
        // Values that every part of the house speaks of: JSON, quantities, durations, errors and exit statuses. Pure.
        .target(name: "Values", dependencies: ["CRelease"], swiftSettings: strict),
        // Values as YAML and TOML, and back: YAML with the types that kubectl gives it. Pure.
        .target(
            name: "Formats",
            dependencies: [
                "Values", .product(name: "TOMLKit", package: "TOMLKit"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        // What a host, container or Pod is like: values and their parsers. Pure: nothing here acts.
        .target(name: "HostFacts", swiftSettings: strict),
        // From facts and settings to the plan of an engine, each decision with its reason. Pure.
        .target(name: "EnginePlan", dependencies: ["HostFacts", "Values"], swiftSettings: strict),
        // What was asked of a cluster, and kind's v1alpha4 configuration: read, checked, merged, written. Pure.
        .target(
            name: "ClusterSpec",
            dependencies: [
                "EnginePlan", "HostFacts", "Formats", "Values", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        // What would go wrong with a nested engine or cluster: checks, each a pure function of facts. Pure.
        .target(
            name: "Doctor", dependencies: ["EnginePlan", "HostFacts", "Values"],
            swiftSettings: strict),
        // System calls with names, types and errors: mounts, cgroup files, processes.
        .target(name: "Linux", dependencies: ["CLinux", "Values"], swiftSettings: strict),
        // Reads the facts of this host, and makes the probes that only the checks ask for.
        .target(
            name: "HostReader",
            dependencies: [
                "HostFacts", "Linux", "Values",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        // The Engine API over the daemon's unix socket, and the certificates of its TLS port.
        .target(
            name: "DockerEngine",
            dependencies: [
                "Values",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),
        // The Kubernetes API: kubeconfig files, credentials, objects, watches, and streams to Pods.
        .target(
            name: "KubernetesAPI",
            dependencies: [
                "Linux", "Formats", "Values",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSOCKS", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),
        // Archives of container images: what is in them, and what of it a node still needs.
        .target(
            name: "ImageArchives",
            dependencies: ["Linux", "Values", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        // What a person sees on stderr: phases, a spinner on a terminal, errors with their cure.
        .target(
            name: "Console", dependencies: ["Values", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        // In the Pod: applies an engine's plan, supervises dockerd and the user's command, takes all of it down.
        .target(
            name: "EngineHost",
            dependencies: [
                "Console", "DockerEngine", "Doctor", "EnginePlan", "Formats", "HostFacts", "HostReader",
                "Linux",
                "Values",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // In the Pod: a cluster in a session's engine, made, waited for, watched, and taken down.
        .target(
            name: "NestedCluster",
            dependencies: [
                "ClusterSpec", "Console", "DockerEngine", "Doctor", "EngineHost", "EnginePlan", "HostFacts",
                "Formats", "HostReader", "ImageArchives", "KubernetesAPI", "Linux", "PodAgent", "Values",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // In the Pod, asked by a client: the cluster's nodes, the images in them, their logs.
        .target(
            name: "PodAgent",
            dependencies: [
                "ClusterSpec", "Console", "DockerEngine", "ImageArchives", "Linux", "Values",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        // On the user's machine: clusters as Pods of a host cluster, or as containers of a local Docker.
        .target(
            name: "ClusterClient",
            dependencies: [
                "ClusterSpec", "Console", "Doctor", "Formats", "ImageArchives", "KubernetesAPI", "Linux",
                "Values",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        // Gathers the facts for the checks: of this host, of a Docker engine, of a host cluster.
        .target(
            name: "Diagnosis",
            dependencies: [
                "Doctor", "DockerEngine", "EnginePlan", "HostFacts", "HostReader", "KubernetesAPI", "Linux",
                "Values",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // The commands, one file each: parse, call, render.
        .target(
            name: "Commands",
            dependencies: [
                "ClusterClient", "ClusterSpec", "Console", "ContainerInit", "Diagnosis", "DockerEngine",
                "Doctor",
                "EngineHost", "EnginePlan", "HostFacts", "HostReader", "ImageArchives", "KubernetesAPI",
                "Linux",
                "NestedCluster", "PodAgent", "Formats", "Values",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        // Entry points: pick the personality, then hand over.
        .executableTarget(
            name: "kinkajou",
            dependencies: ["Commands", "ContainerInit", "Linux", "OCIRuntime"],
            swiftSettings: strict, linkerSettings: entersThroughCLinux
        ),
        .executableTarget(
            name: "kinkajou-init", dependencies: ["ContainerInit"], swiftSettings: strict,
            linkerSettings: entersThroughCLinux),
        .executableTarget(name: "kinkajou-oci", dependencies: ["OCIRuntime"], swiftSettings: strict),

        // Tests. `<Module>Tests` need no root; everything under Integration/ runs the real parts.
        .target(
            name: "TestSupport", dependencies: ["CLinux"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ContainerInitTests", dependencies: ["ContainerInit"], swiftSettings: strict),
        .testTarget(name: "OCIRuntimeTests", dependencies: ["OCIRuntime"], swiftSettings: strict),
        .testTarget(
            name: "DockerEngineTests",
            dependencies: [
                "ClusterClient", "DockerEngine", "Linux",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "KubernetesTestSupport",
            dependencies: [
                "ClusterClient", "KubernetesAPI", "Values",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            path: "Tests/KubernetesTestSupport", swiftSettings: strict),
        .testTarget(
            name: "KubernetesAPITests",
            dependencies: [
                "ClusterClient", "Values", "KubernetesAPI", "KubernetesTestSupport", "TestSupport", "Formats",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClusterSpecTests", dependencies: ["ClusterSpec", "EnginePlan", "HostFacts", "Values"],
            exclude: ["Broken"],
            swiftSettings: strict),
        .testTarget(
            name: "ImageArchivesTests",
            dependencies: [
                "ImageArchives", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ClusterClientTests",
            dependencies: [
                "ClusterClient", "ClusterSpec", "KubernetesAPI", "KubernetesTestSupport", "Formats", "Values",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "NestedClusterTests",
            dependencies: [
                "ClusterSpec", "Console", "Doctor", "EngineHost", "EnginePlan", "HostFacts", "ImageArchives",
                "KubernetesAPI", "KubernetesTestSupport", "NestedCluster", "Formats", "Values",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "ClusterClient", "ClusterSpec", "Commands", "EnginePlan", "KubernetesAPI", "Formats",
                "Values",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PodAgentTests",
            dependencies: ["ClusterSpec", "Console", "ImageArchives", "Linux", "PodAgent", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", "Values", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .testTarget(
            name: "EngineHostTests",
            dependencies: ["Console", "EngineHost", "EnginePlan", "Formats", "HostFacts", "Linux", "Values"],
            swiftSettings: strict),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"], swiftSettings: strict),
        .testTarget(name: "HostFactsTests", dependencies: ["HostFacts"], swiftSettings: strict),
        .testTarget(
            name: "EnginePlanTests",
            dependencies: ["EnginePlan", "HostFacts", "HostReader", "Linux", "Values"],
            exclude: ["Recorded", "Golden"], swiftSettings: strict),
        .testTarget(
            name: "DoctorTests", dependencies: ["Doctor", "EnginePlan", "HostFacts", "Values"],
            swiftSettings: strict),
        .testTarget(
            name: "ValuesTests", dependencies: ["KubernetesTestSupport", "Values"], swiftSettings: strict),
        .testTarget(
            name: "FormatsTests", dependencies: ["Formats", "KubernetesTestSupport", "Values"],
            swiftSettings: strict),
        // What the package's manifest and CONTRIBUTING.md say of the modules, compared with their imports.
        .testTarget(name: "ModuleTests", swiftSettings: strict),
        .testTarget(
            name: "InitIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/InitIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "ClusterIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/ClusterIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "ClientIntegrationTests", dependencies: ["Doctor", "TestSupport"],
            path: "Tests/Integration/ClientIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "DindIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/DindIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "DoctorIntegrationTests", dependencies: ["Doctor", "TestSupport"],
            path: "Tests/Integration/DoctorIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "ScriptsIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/ScriptsIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "StaticBinaryIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/StaticBinaryIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "VirtualMachineIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/VirtualMachineIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "ImageArchivesIntegrationTests", dependencies: ["ImageArchives", "TestSupport"],
            path: "Tests/Integration/ImageArchivesIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "DockerEngineIntegrationTests",
            dependencies: ["DockerEngine", "TestSupport", .product(name: "NIOCore", package: "swift-nio")],
            path: "Tests/Integration/DockerEngineIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "KubernetesAPIIntegrationTests",
            dependencies: [
                "Values", "KubernetesAPI", "KubernetesTestSupport", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Tests/Integration/KubernetesAPIIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "OCIIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/OCIIntegrationTests", swiftSettings: strict),
    ]
)
