// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is compiled with these.
///
/// Warnings become errors only where PULSE_STRICT is set, as the scripts' debug builds do, so that
/// a newer compiler does not break a user's build.
let settings: [SwiftSetting] =
    [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (Context.environment["PULSE_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// PulseJSON's reader stores a span of the caller's bytes.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

let package = Package(
    name: "pulse",
    products: [
        .executable(name: "pulse", targets: ["pulse"]),
        .executable(name: "pulse-agent", targets: ["pulse-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    ],
    targets: [
        // C: shims over system libraries, scan kernels, the embedded page.
        .target(name: "CIOUring", linkerSettings: [.linkedLibrary("uring")]),
        .target(
            name: "COpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]
        ),
        .target(
            name: "CCurl",
            linkerSettings: [
                .linkedLibrary("curl"), .linkedLibrary("ssl"), .linkedLibrary("crypto"),
            ]
        ),
        .target(name: "CScan"),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CDashboard", exclude: ["generated"]),

        // The engine.
        .target(
            name: "PulseReactor",
            dependencies: [
                "CIOUring", "COpenSSL",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PulseJSON",
            dependencies: ["CScan"],
            swiftSettings: settings + lifetimes
        ),
        .target(
            name: "PulseWire",
            dependencies: ["COpenSSL", "CScan", "CZlib"],
            swiftSettings: settings
        ),
        .target(name: "PulseFleet", dependencies: ["PulseJSON"], swiftSettings: settings),

        // What feeds it.
        .target(
            name: "PulseMonitor",
            dependencies: [
                "PulseFleet", "PulseHTTPClient", "PulseJSON", "PulseLogging", "PulseReactor",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PulseHTTPClient",
            dependencies: ["CCurl", "PulseReactor"],
            swiftSettings: settings
        ),
        .target(
            name: "PulseAgent",
            dependencies: ["PulseHTTPClient", "PulseJSON", "PulseLogging", "PulseReactor"],
            swiftSettings: settings
        ),

        // What survives a restart.
        .target(
            name: "PulseStore",
            dependencies: ["COpenSSL", "PulseReactor"],
            swiftSettings: settings
        ),

        // What it is tried on.
        .target(
            name: "PulseSimulator",
            dependencies: [
                "PulseJSON", "PulseReactor", "PulseWire",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "PulseLoad",
            dependencies: [
                "PulseJSON", "PulseReactor", "PulseWire",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings
        ),

        // What listens, and the programs.
        .target(
            name: "PulseLogging",
            dependencies: [
                "PulseJSON", "PulseReactor",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "PulseServer",
            dependencies: [
                "CDashboard",
                "PulseAgent",
                "PulseFleet",
                "PulseHTTPClient",
                "PulseJSON",
                "PulseLogging",
                "PulseMonitor",
                "PulseReactor",
                "PulseStore",
                "PulseWire",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "pulse",
            dependencies: [
                "PulseHTTPClient", "PulseLoad", "PulseLogging", "PulseMonitor", "PulseReactor",
                "PulseServer", "PulseSimulator", "PulseStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),

        .executableTarget(
            name: "pulse-agent",
            dependencies: [
                "PulseAgent", "PulseHTTPClient", "PulseLogging", "PulseReactor",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),

        // What is measured, beside what it is measured against (Benchmarks/README.md).
        .executableTarget(
            name: "fanout-server",
            dependencies: [
                "PulseFleet", "PulseLogging", "PulseReactor", "PulseServer",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/fanout-server",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "pulse-bench",
            dependencies: [
                "PulseFleet", "PulseJSON", "PulseMonitor", "PulseReactor",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/pulse-bench",
            swiftSettings: settings
        ),

        // The server's HTTP and WebSocket service as an echo, for suites from outside.
        .executableTarget(
            name: "wire-echo",
            dependencies: [
                "PulseLogging", "PulseReactor", "PulseServer", "PulseWire",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/wire-echo",
            swiftSettings: settings
        ),

        // What several test targets share: reactors on threads of their own, plain clients.
        .target(
            name: "PulseTestSupport",
            dependencies: ["PulseReactor"],
            path: "Tests/PulseTestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseReactorTests",
            dependencies: ["CIOUring", "COpenSSL", "PulseReactor", "PulseTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseSimulation",
            dependencies: ["PulseReactor", "PulseTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseJSONTests",
            dependencies: ["CScan", "PulseJSON"],
            swiftSettings: settings
        ),
        .testTarget(name: "PulseWireTests", dependencies: ["PulseWire"], swiftSettings: settings),
        .testTarget(
            name: "PulseFleetTests",
            dependencies: ["PulseFleet", "PulseJSON"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseMonitorTests",
            dependencies: [
                "PulseMonitor", "PulseFleet", "PulseHTTPClient", "PulseJSON", "PulseReactor",
                "PulseTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseAgentTests",
            dependencies: [
                "PulseAgent", "PulseFleet", "PulseHTTPClient", "PulseJSON", "PulseMonitor",
                "PulseReactor", "PulseTestSupport",
            ],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseHTTPClientTests",
            dependencies: ["PulseHTTPClient", "PulseReactor", "PulseTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseLoggingTests",
            dependencies: ["PulseLogging", .product(name: "Logging", package: "swift-log")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseSimulatorTests",
            dependencies: [
                "PulseSimulator", "PulseJSON", "PulseReactor", "PulseTestSupport", "PulseWire",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseLoadTests",
            dependencies: [
                "PulseLoad", "PulseJSON", "PulseReactor", "PulseWire", "PulseTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseServerTests",
            dependencies: [
                "PulseServer", "PulseReactor", "PulseWire", "PulseFleet", "PulseJSON",
                "PulseHTTPClient", "PulseMonitor", "PulseLogging", "PulseTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PulseStoreTests",
            dependencies: ["PulseStore", "PulseFleet", "PulseReactor"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ModuleImportTests",
            dependencies: ["CCurl", "CIOUring", "COpenSSL", "CScan", "CDashboard"],
            swiftSettings: settings
        ),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu2x
)
