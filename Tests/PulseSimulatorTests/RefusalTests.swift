import Testing

@testable import PulseSimulator

@Suite("What the API refuses")
struct RefusalTests {
    @Test(
        "a request without a right token is refused after three seconds, without a body",
        arguments: [
            (0, "", "No ticket"),
            (0, "Basic cm9vdDpyb290", "No ticket"),
            (0, "PVEAPIToken=nonsense", "No ticket"),
            (0, "PVEAPIToken=monitor@pve!pulse=wrong", "Authentication failed!"),
            (0, "PVEAPIToken=monitor@pve!nobody=x", "Authentication failed!"),
            (1, "PVEAPIToken=monitor@pve!pulse=wrong", "invalid token value!"),
            (1, "PVEAPIToken=root@pam!x=1", "no such token 'x' for user 'root@pam'"),
        ]
    )
    func tokens(index: Int, authorization: String, reason: String) {
        let played = PlayedCluster(options(clusters: 2), index: index)
        var request = APIRequest("/api2/json/version")
        if !authorization.isEmpty { request.authorization = authorization }
        let answer = played.send(request)
        #expect(answer.status == 401 && answer.reason == reason && answer.closes)
        #expect(answer.body.isEmpty && answer.delayMilliseconds == 3000)
    }

    @Test("the token of one cluster is not that of another")
    func foreignToken() {
        let other = PlayedCluster(options(clusters: 2), index: 1)
        let authorization = PlayedCluster(options(clusters: 2)).authorization()
        let answer = other.send(APIRequest("/api2/json/version", authorization: authorization))
        #expect(answer.status == 401)
    }

    @Test("a ticket is never right, and none is given")
    func tickets() {
        let played = PlayedCluster()
        var request = APIRequest("/api2/json/version", authorization: played.authorization())
        request.cookie = "PVEAuthCookie=PVE%3Aroot@pam%3A1"
        #expect(played.send(request).status == 401)
        request = APIRequest(method: "POST", "/api2/json/access/ticket")
        request.hasContent = true
        let answer = played.send(request)
        #expect(answer.status == 401 && answer.reason == "authentication failure")
        #expect(answer.delayMilliseconds == 3000)
        #expect((try? answer.json())?["message"] as? String == "authentication failure\n")
        let withToken = played.get("/access/ticket")
        #expect(
            withToken.status == 403 && withToken.reason.contains("not available with API token")
        )
    }

    @Test(
        "a bad call is refused in the words of Proxmox VE",
        arguments: [
            ("/cluster/resources?type=qemu", 400, "Parameter verification failed."),
            ("/cluster/resources?typ=vm", 400, "Parameter verification failed."),
            ("/nodes/pve1/qemu/1/status/current", 400, "Parameter verification failed."),
            ("/nodes/pve1/qemu/x/status/current", 400, "Parameter verification failed."),
            ("/bogus", 501, "Method 'GET /bogus' not implemented"),
            ("/nodes/pve1/bogus", 501, "Method 'GET /nodes/pve1/bogus' not implemented"),
            ("/cluster", 501, "Method 'GET /cluster' not implemented"),
            ("/access/users", 501, "Method 'GET /access/users' not implemented"),
            (
                "/nodes/pve1/qemu/999999/status/current", 500,
                "Configuration file 'nodes/pve1/qemu-server/999999.conf' does not exist"
            ),
            (
                "/nodes/pve1/lxc/999999/status/current", 500,
                "Configuration file 'nodes/pve1/lxc/999999.conf' does not exist"
            ),
            (
                "/nodes/pve9/status", 500,
                "hostname lookup 'pve9' failed - failed to get address info for: pve9: "
                    + "Name or service not known"
            ),
        ]
    )
    func badCalls(path: String, status: Int, reason: String) throws {
        let played = PlayedCluster()
        let answer = played.get(path)
        #expect(answer.status == status && answer.reason == reason && answer.closes)
        let json = try answer.json()
        let newline = status == 501 ? "" : "\n"
        #expect(json["message"] as? String == reason + newline && json.keys.contains("data"))
        #expect((json["errors"] != nil) == (status == 400))
        #expect(answer.delayMilliseconds == 0)
    }

    @Test("what is not the API's JSON is not there")
    func otherPaths() {
        let played = PlayedCluster()
        let authorization = played.authorization()
        #expect(played.send(APIRequest("/", authorization: authorization)).status == 404)
        #expect(played.send(APIRequest("/api2", authorization: authorization)).status == 404)
        let html = played.send(APIRequest("/api2/html/nodes", authorization: authorization))
        #expect(html.status == 501)
        let post = APIRequest(method: "POST", "/api2/json/nodes", authorization: authorization)
        #expect(played.send(post).reason == "Method 'POST /nodes' not implemented")
        var body = APIRequest("/api2/json/nodes", authorization: authorization)
        body.hasContent = true
        #expect(played.send(body).reason == "Unexpected content for method 'GET'")
    }

    @Test("calls for a dead node fail at the one who asks it, its list entries do not")
    func deadNode() {
        let played = PlayedCluster()
        #expect(played.change { $0.killNode("pve2", at: 0) })
        for path in ["status", "qemu", "lxc", "storage", "qemu/100/status/current"] {
            let answer = played.get("/nodes/pve2/\(path)")
            #expect(answer.status == 595 && answer.reason == "No route to host")
            #expect(answer.body.isEmpty && answer.delayMilliseconds == 3000)
        }
        #expect(played.get("/nodes").status == 200)
        #expect(played.get("/nodes/pve1/status").status == 200)
    }
}

@Suite("Privileges")
struct PrivilegeTests {
    /// A cluster with a token of each kind: 1 guests, 2 none, 3 one guest, 4 nodes, 5 storages.
    static func played() -> PlayedCluster {
        var options = options()
        options.lesserTokens = [
            .init(name: "vms", privileges: [.vmAudit]),
            .init(name: "none", privileges: []),
            .init(name: "one", privileges: [.vmAudit], path: "/vms/100"),
            .init(name: "nodes", privileges: [.sysAudit]),
            .init(name: "storages", privileges: [.datastoreAudit], path: "/storage"),
        ]
        return PlayedCluster(options)
    }

    @Test(
        "lists hold only what a token may see, and are not refused",
        arguments: [(0, 60, 15), (1, 60, 0), (2, 0, 0), (3, 1, 0), (4, 0, 0), (5, 0, 15)]
    )
    func lists(token: Int, guests: Int, storages: Int) throws {
        let played = Self.played()
        let vms = try played.list("/cluster/resources?type=vm", token: token)
        #expect(vms.count == guests)
        #expect(vms.allSatisfy { ($0["pool"] == nil) || token == 0 })
        let found = try played.list("/cluster/resources?type=storage", token: token)
        #expect(found.count == storages)
        var onNodes = 0
        for node in 1...3 {
            onNodes += try played.list("/nodes/pve\(node)/qemu", token: token).count
            onNodes += try played.list("/nodes/pve\(node)/lxc", token: token).count
        }
        #expect(onNodes == guests)
    }

    @Test("nodes are listed without figures for those who may not see them")
    func nodes() throws {
        let played = Self.played()
        for call in ["/cluster/resources?type=node", "/nodes"] {
            for node in try played.list(call, token: 1) {
                #expect(node["cpu"] == nil && node["maxcpu"] == nil && node["status"] != nil)
            }
            #expect(try played.list(call, token: 4).allSatisfy { $0["cpu"] != nil })
        }
    }

    @Test(
        "a call that needs a privilege says which, and where",
        arguments: [
            ("/cluster/status", "Permission check failed (/, Sys.Audit)"),
            ("/nodes/pve1/status", "Permission check failed (/nodes/pve1, Sys.Audit)"),
            (
                "/nodes/pve1/qemu/101/status/current",
                "Permission check failed (/vms/101, VM.Audit)"
            ),
        ]
    )
    func refusals(path: String, reason: String) throws {
        let played = Self.played()
        for token in [2, 3] {
            let answer = played.get(path, token: token)
            #expect(answer.status == 403 && answer.reason == reason && answer.closes)
            #expect(try answer.json()["message"] as? String == reason + "\n")
        }
        #expect(played.get("/cluster/status", token: 4).status == 200)
        #expect(played.get("/version", token: 2).status == 200)
    }

    @Test("a token can ask what it may do")
    func permissions() throws {
        let played = Self.played()
        func permissions(_ token: Int) throws -> [String: [String: Int]] {
            try #require(
                try played.get("/access/permissions", token: token).data()
                    as? [String: [String: Int]]
            )
        }
        #expect(try permissions(0)["/"]?.count == 7)
        #expect(try permissions(1)["/vms"] == ["VM.Audit": 1])
        #expect(try permissions(2).isEmpty)
        #expect(try permissions(3) == ["/vms/100": ["VM.Audit": 1]])
        let one = played.get("/access/permissions?path=/storage/nas", token: 5)
        #expect(
            try one.data() as? [String: [String: Int]] == ["/storage/nas": ["Datastore.Audit": 1]]
        )
    }
}
