/// The machine that a node runs on.
struct Hardware: Sendable, Equatable {
    let model: String
    let vendor: String
    let family: String
    let sockets: Int
    /// Over all sockets.
    let cores: Int
    let threads: Int
    let mhz: String
    /// Bytes.
    var memory: Int64

    /// Usable memory is a little less than what was bought.
    private static func usable(gibibytes: Int64) -> Int64 {
        gibibytes * 1_069_000_000 / 4096 * 4096
    }

    private static let models = [
        Hardware("Intel(R) N100", "GenuineIntel", "6", cores: 4, threads: 4, mhz: "806.412"),
        Hardware(
            "AMD Ryzen 9 5950X 16-Core Processor",
            "AuthenticAMD",
            "25",
            cores: 16,
            threads: 32,
            mhz: "3400.000"
        ),
        Hardware(
            "AMD EPYC 7543 32-Core Processor",
            "AuthenticAMD",
            "25",
            cores: 32,
            threads: 64,
            mhz: "2794.750"
        ),
        Hardware(
            "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz",
            "GenuineIntel",
            "6",
            sockets: 2,
            cores: 80,
            threads: 160,
            mhz: "2300.000"
        ),
        Hardware(
            "AMD EPYC 9965 192-Core Processor",
            "AuthenticAMD",
            "26",
            sockets: 2,
            cores: 384,
            threads: 768,
            mhz: "2250.000"
        ),
    ]

    private init(
        _ model: String,
        _ vendor: String,
        _ family: String,
        sockets: Int = 1,
        cores: Int,
        threads: Int,
        mhz: String
    ) {
        self.model = model
        self.vendor = vendor
        self.family = family
        self.sockets = sockets
        self.cores = cores
        self.threads = threads
        self.mhz = mhz
        memory = 0
    }

    /// The smallest machine that holds so much: `cpus` at work, and bytes of memory.
    static func fitting(cpus: Double, memory: Int64) -> Hardware {
        var machine = models.first { Double($0.threads) >= cpus } ?? models[models.count - 1]
        var gibibytes: Int64 = 32
        while usable(gibibytes: gibibytes) < memory {
            gibibytes += gibibytes < 256 ? 32 : 128
        }
        machine.memory = usable(gibibytes: gibibytes)
        return machine
    }
}
