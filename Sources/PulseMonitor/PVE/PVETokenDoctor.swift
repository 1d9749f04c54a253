import PulseFleet
import PulseHTTPClient
import PulseJSON
import PulseReactor

/// The part of a diagnosis that shows the token: whether it is accepted, and what it sees.
struct PVETokenDoctor {
    private let client: PVEClient
    private let token: RemoteToken
    private let chart: DoctorChart

    init(_ client: PVEClient, _ token: RemoteToken, _ chart: DoctorChart) {
        self.client = client
        self.token = token
        self.chart = chart
    }

    /// Returns whether the token was accepted.
    func examine(on shard: isolated Shard) async -> Bool {
        do throws(PollError) {
            let version = try await get("/version", on: shard, PVEDetails.version)
            chart.ok(.token, "\(token) is accepted")
            chart.ok(.version, "Proxmox VE \(version)")
        } catch {
            chart.failed(.token, "\(error)", advice(error))
            return false
        }
        let permissions = await checkPermissions(on: shard)
        await countNodes(on: shard)
        await count(.guests, permissions, on: shard)
        await count(.storages, permissions, on: shard)
        return true
    }

    private func advice(_ error: PollError) -> [String] {
        if case .tokenRefused = error {
            return [
                "On a node, see which tokens there are, or make this one, which shows its secret "
                    + "once:",
                "  \(token.listLine)",
                "  \(token.addLine)",
            ]
        }
        guard Self.isSilence(error) else { return [] }
        return [
            "The certificate was shown, but the API does not answer. On the host:",
            "  systemctl status pveproxy pvedaemon pve-cluster",
        ]
    }

    /// Whether the web server is there and what is behind it is not.
    private static func isSilence(_ error: PollError) -> Bool {
        switch error {
        case .noAnswer(.answerTimedOut), .noAnswer(.closed): true
        case .refused(let status, _): status >= 500
        default: false
        }
    }

    // MARK: Privileges

    private func checkPermissions(on shard: isolated Shard) async -> PVEPermissions? {
        do throws(PollError) {
            let permissions = try await get("/access/permissions", on: shard) {
                (body) throws(JSONError) in try PVEPermissions(body)
            }
            for privilege in PVEPermissions.Privilege.allCases { note(privilege, permissions) }
            return permissions
        } catch {
            chart.failed(.systemAudit, "what the token may do cannot be asked: \(error)")
            for subject in [DoctorStep.Subject.guestAudit, .storageAudit] {
                chart.skipped(subject, "")
            }
            return nil
        }
    }

    private func note(_ privilege: PVEPermissions.Privilege, _ permissions: PVEPermissions) {
        let paths = permissions.paths(granting: privilege)
        guard paths.isEmpty else {
            let named = paths.prefix(3).joined(separator: ", ")
            let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
            return chart.ok(
                privilege.subject,
                paths.first == "/" ? "granted on /" : "granted only on \(named)\(more)"
            )
        }
        // One line grants all that is missing, so it is said once, with the last of them.
        guard permissions.missing.last == privilege else {
            return chart.failed(privilege.subject, "missing: \(privilege.loss) cannot be seen")
        }
        let names = permissions.missing.map(\.rawValue).joined(separator: ", ")
        chart.failed(
            privilege.subject,
            "missing: \(privilege.loss) cannot be seen",
            ["To grant \(names), run on a node:", "  \(token.grantLine)"]
        )
    }

    // MARK: Counts

    private func countNodes(on shard: isolated Shard) async {
        do throws(PollError) {
            let nodes = try await client.list("node", on: shard, NodeReport.read)
            let away = nodes.filter { $0.status != "online" }.map { "\($0.name) is \($0.status)" }
            let words = ([Self.number(nodes.count, "node")] + away.sorted()).joined(separator: ", ")
            chart.ok(.nodes, words)
        } catch {
            chart.failed(.nodes, "\(error)")
        }
    }

    /// Guests or storages, as far as the token may see any.
    private func count(
        _ subject: DoctorStep.Subject,
        _ permissions: PVEPermissions?,
        on shard: isolated Shard
    ) async {
        let privilege: PVEPermissions.Privilege = subject == .guests ? .guestAudit : .storageAudit
        if permissions?.has(privilege) == false {
            return chart.skipped(subject, "the token lacks \(privilege.rawValue)")
        }
        do throws(PollError) {
            chart.ok(
                subject,
                subject == .guests ? try await guests(on: shard) : try await storages(on: shard)
            )
        } catch {
            chart.failed(subject, "\(error)")
        }
    }

    private func guests(on shard: isolated Shard) async throws(PollError) -> String {
        let guests = try await client.list("vm", on: shard, GuestReport.read)
        let running = guests.filter { $0.status == "running" }.count
        return "\(Self.number(guests.count, "guest")), \(running) running"
    }

    /// A shared storage is listed by each node, and counts once.
    private func storages(on shard: isolated Shard) async throws(PollError) -> String {
        let storages = try await client.list("storage", on: shard, StorageReport.read)
        let shared = Set(storages.filter(\.isShared).map(\.name))
        let own = storages.filter { !$0.isShared }.count
        return "\(Self.number(own + shared.count, "storage")), \(shared.count) shared"
    }

    private static func number(_ count: Int, _ what: String) -> String {
        count == 1 ? "1 \(what)" : "\(count) \(what)s"
    }

    // MARK: Requests

    private func get<Value>(
        _ path: String,
        on shard: isolated Shard,
        _ decode: ([UInt8]) throws(JSONError) -> Value?
    ) async throws(PollError) -> Value {
        let patience = PVELimits.detailNanoseconds
        return try await client.get(path, withinNanoseconds: patience, on: shard, decode: decode)
    }
}

extension PVEPermissions.Privilege {
    /// Its step of a diagnosis.
    fileprivate var subject: DoctorStep.Subject {
        switch self {
        case .systemAudit: .systemAudit
        case .guestAudit: .guestAudit
        case .storageAudit: .storageAudit
        }
    }
}
