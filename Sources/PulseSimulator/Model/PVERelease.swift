/// The versions of Proxmox VE that are played; they differ in what they report and in their words.
package enum PVERelease: Sendable {
    case eight
    case nine

    var version: String { self == .eight ? "8.4.14" : "9.2.11" }
    var release: String { self == .eight ? "8.4" : "9.2" }
    var repositoryID: String { self == .eight ? "b502d23c55afcba1" : "14a22df3c0ffee01" }
    var kernel: String { self == .eight ? "6.8.12-17-pve" : "6.17.13-2-pve" }
    var kernelBuild: String {
        "#1 SMP PREEMPT_DYNAMIC PMX \(self == .eight ? "6.8.12-17" : "6.17.13-2")"
    }
}
