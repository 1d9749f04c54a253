/// What a guest is for: its name, how large such guests are, and how busy.
struct GuestRole: Sendable {
    let name: String
    let kind: SimulatedGuest.Kind
    /// Virtual processors.
    let cpus: ClosedRange<Int>
    /// Powers of two of gibibytes of memory, from -1.
    let memory: ClosedRange<Int>
    /// Gibibytes of its first disk.
    let disk: ClosedRange<Int>
    /// The usual share of its processors that is at work.
    let load: Double
    /// Bytes per second, in and out together.
    let traffic: Double

    private init(
        _ name: String,
        _ kind: SimulatedGuest.Kind,
        size: Size,
        load: Double,
        traffic: Double
    ) {
        self.name = name
        self.kind = kind
        (cpus, memory, disk) =
            switch size {
            case .small: (1...2, -1...1, 4...16)
            case .medium: (2...4, 1...3, 16...64)
            case .large: (4...16, 4...6, 64...512)
            }
        self.load = load
        self.traffic = traffic
    }

    private enum Size {
        case small
        case medium
        case large
    }

    static let all = [
        GuestRole("web", .qemu, size: .medium, load: 0.12, traffic: 900_000),
        GuestRole("db", .qemu, size: .large, load: 0.25, traffic: 1_500_000),
        GuestRole("app", .qemu, size: .medium, load: 0.18, traffic: 600_000),
        GuestRole("proxy", .lxc, size: .small, load: 0.06, traffic: 2_500_000),
        GuestRole("cache", .lxc, size: .medium, load: 0.10, traffic: 1_200_000),
        GuestRole("dns", .lxc, size: .small, load: 0.01, traffic: 20_000),
        GuestRole("mail", .qemu, size: .medium, load: 0.05, traffic: 150_000),
        GuestRole("git", .lxc, size: .medium, load: 0.04, traffic: 90_000),
        GuestRole("ci", .qemu, size: .large, load: 0.45, traffic: 700_000),
        GuestRole("queue", .lxc, size: .small, load: 0.08, traffic: 400_000),
        GuestRole("search", .qemu, size: .large, load: 0.22, traffic: 500_000),
        GuestRole("metrics", .lxc, size: .medium, load: 0.15, traffic: 300_000),
        GuestRole("vpn", .lxc, size: .small, load: 0.03, traffic: 800_000),
        GuestRole("files", .qemu, size: .large, load: 0.04, traffic: 3_000_000),
        GuestRole("win-desktop", .qemu, size: .medium, load: 0.20, traffic: 60_000),
        GuestRole("auth", .lxc, size: .small, load: 0.02, traffic: 40_000),
    ]
}
