/// What became of a report.
package enum ReportOutcome: Sendable, Equatable {
    case applied
    /// It was sent before one that has been applied; the sender is answered as if it had been.
    case outOfOrder
    /// Its id is empty or longer than `FleetLimits.textBytesMax`.
    case invalidIdentity
    /// It is of a new resource, and `FleetLimits` allows no more.
    case fleetFull
}
