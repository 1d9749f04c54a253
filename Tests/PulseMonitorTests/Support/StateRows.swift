import Foundation
import PulseFleet
import PulseJSON

/// The rows of a stream as a page would see them, each by the names of its fields.
func stateRows(of stream: StreamName, in fleet: FleetOwner) -> [[String: Any]] {
    let bytes = jsonBytes { fleet.encodeState(of: .whole(stream), ts: 0, into: &$0) }
    guard let message = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
        let fields = message["fields"] as? [String], let rows = message["rows"] as? [[Any]]
    else { return [] }
    return rows.map { Dictionary(uniqueKeysWithValues: zip(fields, $0)) }
}
