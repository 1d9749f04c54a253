import Glibc

/// What identifies and describes the host; it changes seldom.
package struct HostIdentity: Sendable, Equatable {
    package var hostname: String?
    /// In the form of a UUID, as other agents of this format send it.
    package var machineID: String?
    /// The `ID` of os-release, such as `debian`.
    package var osName: String?
    package var osVersion: String?
    package var kernelVersion: String?
    package var architecture: String?
    package var cpuModel: String?
    package var cpuCount: Int?

    package init() {}
}

/// Reads host name, machine id, distribution, kernel and CPU from where the system keeps them.
struct IdentityCollector: Sendable {
    /// How long an identity is used before it is read again: host names do change.
    static let intervalNanoseconds: UInt64 = 60_000_000_000

    private let roots: Roots
    private var identity = HostIdentity()
    private var readAt: UInt64?

    init(roots: Roots) {
        self.roots = roots
    }

    mutating func collect(at now: ReportTime) -> HostIdentity {
        if let readAt, now.monotonicNanoseconds &- readAt < Self.intervalNanoseconds {
            return identity
        }
        readAt = now.monotonicNanoseconds
        identity = read()
        return identity
    }

    private func read() -> HostIdentity {
        var identity = HostIdentity()
        identity.hostname = line(roots.proc + "/sys/kernel/hostname")
        identity.kernelVersion = line(roots.proc + "/sys/kernel/osrelease")
        identity.machineID = readSmallFile(roots.etc + "/machine-id").flatMap(Self.parseMachineID)
        identity.architecture = Self.machine()
        if let release = readSmallFile(roots.etc + "/os-release", bytesMax: 64 << 10) {
            let values = Self.parseOSRelease(release)
            identity.osName = values["ID"]
            identity.osVersion = values["VERSION_ID"]
        }
        // os-release of Debian names the release only; this file has the point release as well.
        if identity.osName == "debian", let version = line(roots.etc + "/debian_version"),
            let first = version.first, first.isNumber
        {
            identity.osVersion = version
        }
        // Many CPUs make this long, but the model stands in the first of them.
        identity.cpuModel = readSmallFile(roots.proc + "/cpuinfo", bytesMax: 64 << 10)
            .flatMap(Self.parseCPUModel)
        let stat = readSmallFile(roots.proc + "/stat", bytesMax: 1 << 20)
        let count = stat.map(CPUCollector.onlineCount) ?? 0
        identity.cpuCount = count > 0 ? count : nil
        return identity
    }

    private func line(_ path: String) -> String? {
        guard let text = readSmallFile(path)?.trimmed, !text.isEmpty else { return nil }
        return text.text
    }

    /// The machine's architecture as uname(2) gives it, such as `x86_64`.
    private static func machine() -> String? {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return nil }
        // The kernel ends the field with a NUL inside its 65 bytes.
        return unsafe withUnsafeBytes(of: &name.machine) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

extension IdentityCollector {
    /// Turns the 32 hexadecimal digits of machine-id(5) into a UUID's form.
    ///
    /// `nil` for anything else, such as the `uninitialized` of an image's first boot.
    static func parseMachineID(_ text: SourceText) -> String? {
        let digits = text.trimmed.text.lowercased()
        guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { return nil }
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    /// Reads the assignments of os-release(5): shell syntax without expansions.
    static func parseOSRelease(_ text: SourceText) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.lines() where !line.trimmed.hasPrefix("#") {
            guard let (name, value) = line.trimmed.split(atFirst: "=") else { continue }
            values[name.text] = unquote(value)
        }
        return values
    }

    private static func unquote(_ value: SourceText) -> String {
        guard let quote = value.first, value.count >= 2, quote == value.last,
            quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        else { return value.text }
        let inner = value.dropFirst().dropLast()
        guard quote == UInt8(ascii: "\"") else { return inner.text }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in inner {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
                isEscaped = false
            }
        }
        return bytes[...].text
    }

    /// The CPU's name: `model name` on x86, on ARM boards the `Model` of the board.
    static func parseCPUModel(_ cpuinfo: SourceText) -> String? {
        let lines = cpuinfo.lines().compactMap { $0.split(atFirst: ":") }
        for name in ["model name", "Model", "Hardware", "cpu model", "cpu"] {
            let line = lines.first { $0.before.trimmed.equals(name) && !$0.after.trimmed.isEmpty }
            if let line { return line.after.trimmed.text }
        }
        return nil
    }
}
