internal import Values

/// What an object that has a name of ours already is to a creation. Pure.
enum NameClaim: Sendable, Equatable {
    /// This very creation has made it: only the answer was lost.
    case own
    /// An earlier cluster of the name has left it, and that cluster's Pod is gone: it may be deleted, by its UID.
    case leftover(uid: String)
    /// It is on its way out: the name will be free.
    case leaving
    /// It belongs to a cluster that is there, or that somebody else makes at the same time.
    case taken
    /// It is none of Kinkajou's.
    case foreign

    /// Reads the claim from the object.
    ///
    /// - Parameters:
    ///   - cluster: The name of the cluster that is made.
    ///   - creation: The mark of its creation.
    ///   - pod: The UID of its Pod; nil while there is none. Who has it has the Pod's name, so that another Pod of that
    ///     name, which owns the object, is gone.
    init(of object: JSONValue, cluster: String, creation: String, pod: String?) {
        let metadata = object["metadata"]
        guard metadata["labels"][ClusterObjects.Key.cluster].string == cluster,
            metadata["labels"][ClusterObjects.Key.managedBy].string == ClusterObjects.Key.manager,
            let uid = metadata["uid"].string
        else {
            self = .foreign
            return
        }
        let owner = metadata["ownerReferences"].array.first { $0["kind"].string == "Pod" }
        if !metadata["deletionTimestamp"].isNull {
            self = .leaving
        } else if metadata["annotations"][ClusterObjects.Key.creation].string == creation {
            self = .own
        } else if let pod, let owner, owner["name"].string == ClusterName.object(cluster),
            owner["uid"].string != pod
        {
            self = .leftover(uid: uid)
        } else {
            self = .taken
        }
    }
}
