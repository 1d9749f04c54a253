/// How much of one agent report is taken in, so that a broken or hostile agent costs no more than a
/// large honest one.
package enum ReportLimits {
    /// 1.5 MiB of decoded JSON, what upstream takes: a host with hundreds of pending updates sends
    /// some tens of KiB.
    package static let reportBytesMax = 3 << 19
    /// An identity is a UUID or a host name, which has at most 253 bytes; a longer one is refused,
    /// since two cut ones could be the same.
    package static let identityBytesMax = 256
    /// Other texts are cut here.
    package static let textBytesMax = 512
    /// File systems; the rest is ignored, as in the lists below.
    package static let disksMax = 256
    /// Disks with counters; large storage servers have a few hundred.
    package static let diskIOMax = 1024
    /// Network interfaces; a PVE node has one or two for each guest.
    package static let interfacesMax = 1024
    /// Temperatures; a two-socket server with 256 cores has one for each.
    package static let temperaturesMax = 512
}
