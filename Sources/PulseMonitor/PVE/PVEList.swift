package import PulseFleet
package import PulseJSON

/// Decodes whole lists of `GET /cluster/resources`.
package enum PVEList {
    /// The guests of an answer; `nil` for an answer without data.
    package static func guests(of body: [UInt8]) throws(JSONError) -> [GuestReport]? {
        var decoder = PVEListDecoder<GuestReport>()
        _ = try decoder.read(body.span, byteCountMax: .max, GuestReport.read)
        return decoder.hasList ? decoder.rows : nil
    }
}
