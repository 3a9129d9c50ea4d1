// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is Swift 6 language mode (the tools version's default), and warnings are errors.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "kinkajou",
    products: [
        .executable(name: "kinkajou", targets: ["kinkajou"]),
        .executable(name: "kinkajou-init", targets: ["kinkajou-init"]),
        .executable(name: "kinkajou-oci", targets: ["kinkajou-oci"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C shims for what Swift cannot call, or must not do itself (fork in a threaded runtime).
        .target(name: "CLinux"),
        // The PID 1 loop: no Foundation, no second thread.
        .target(name: "ContainerInit", dependencies: ["CLinux"], swiftSettings: strict),
        // The OCI runtime wrapper: start-up critical, no Foundation.
        .target(name: "OCIRuntime", dependencies: ["CLinux"], swiftSettings: strict),
        // The commands, one file each: parse, call, render.
        .target(
            name: "Commands",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            swiftSettings: strict
        ),
        // Entry points: pick the personality, then hand over.
        .executableTarget(
            name: "kinkajou",
            dependencies: ["Commands", "ContainerInit", "OCIRuntime"],
            swiftSettings: strict
        ),
        .executableTarget(name: "kinkajou-init", dependencies: ["ContainerInit"], swiftSettings: strict),
        .executableTarget(name: "kinkajou-oci", dependencies: ["OCIRuntime"], swiftSettings: strict),

        // Tests. `<Module>Tests` need no root; everything under Integration/ runs the real parts.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "ContainerInitTests", dependencies: ["ContainerInit"], swiftSettings: strict),
        .testTarget(name: "OCIRuntimeTests", dependencies: ["OCIRuntime"], swiftSettings: strict),
        .testTarget(
            name: "InitIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/InitIntegrationTests", swiftSettings: strict),
        .testTarget(
            name: "OCIIntegrationTests", dependencies: ["TestSupport"],
            path: "Tests/Integration/OCIIntegrationTests", swiftSettings: strict),
    ]
)
