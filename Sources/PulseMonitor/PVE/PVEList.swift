package import PulseFleet
package import PulseJSON

/// Decodes whole lists of `GET /cluster/resources`, for benchmarks: the monitor reads in slices.
package enum PVEList {
    /// The guests of an answer; `nil` for an answer without data.
    package static func guests(of body: [UInt8]) throws(JSONError) -> [GuestReport]? {
        try PVEListDecoder.whole(body, GuestReport.read)
    }
}
