/// The bounds of what one report may make the fleet remember.
///
/// A snapshot part is at most 256 KiB, so that one row always fits: ten texts of 1 KiB, each byte
/// of which may become the six bytes of `\u0001`, are 60 KiB; the disks 64 KiB; the temperatures
/// 32 KiB; figures, names and punctuation are under 4 KiB. That is 160 KiB in all.
package enum FleetLimits {
    /// The largest part of a snapshot that is asked for, in bytes of JSON.
    package static let snapshotPartBytesMax = 256 << 10
    /// Hosts that may be known at once; a report of one more is refused.
    package static let hostsMax = 20_000

    /// The longest text kept of any field, in bytes of UTF-8; the rest is cut off.
    package static let textBytesMax = 1 << 10
    /// The JSON of a host's list of filesystems; what comes after that is left out.
    static let disksBytesMax = 64 << 10
    /// The JSON of a host's list of temperatures; what comes after that is left out.
    static let temperaturesBytesMax = 32 << 10
    /// The longest entry of such a list: two texts, two numbers, punctuation.
    static let listEntryBytesMax = 2 * 6 * textBytesMax + 64

    /// Interfaces, or disks, of one host whose counters are followed.
    static let countersMax = 1_024
    /// Earlier processes of one agent whose late reports are recognised.
    static let retiredStreamsMax = 8
    /// The longest name of a report sequence; upstream's agents use 32 bytes.
    static let sequenceStreamBytesMax = 64
}
