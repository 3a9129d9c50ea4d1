public import Values

/// Something that happened to an object.
public enum WatchEvent: Sendable, Equatable {
    /// It is there, or new.
    case added(JSONValue)
    /// It was changed.
    case modified(JSONValue)
    /// It is gone; this is its last known state.
    case deleted(JSONValue)
    /// All objects that a list had were reported: what follows is new.
    case synced
}

extension KubernetesClient {
    /// Follows objects of a kind.
    ///
    /// Without `from`, it begins with ``WatchEvent/added(_:)`` for each object that is there, then
    /// ``WatchEvent/synced``. After a broken connection it goes on where it was. When the server no longer keeps the
    /// changes since then, it lists again, reports what has changed meanwhile, deletions too, and then `synced`.
    /// It ends when its iteration ends or its task is cancelled. Nothing is read ahead of the consumer.
    /// <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>
    ///
    /// - Parameters:
    ///   - namespace: Nil: all namespaces.
    ///   - labels: A label selector.
    ///   - fields: A field selector, such as `metadata.name=web`.
    ///   - from: The `resourceVersion` to begin behind.
    ///   - giveUpAfter: How long to go on trying without any success. Before the first success, only what may pass
    ///     is tried again: no permission is reported at once.
    /// - Throws: The last ``KubernetesError``.
    public func watch(
        _ resource: APIResource, namespace: String? = nil, labels: String? = nil, fields: String? = nil,
        from: String? = nil, giveUpAfter: Duration = .seconds(60)
    ) -> AsyncThrowingStream<WatchEvent, any Error> {
        let watch = Watch(
            client: self, resource: resource, namespace: namespace,
            selectors: Self.selectors(labels: labels, fields: fields), labels: labels, fields: fields,
            from: from, giveUpAfter: giveUpAfter)
        return AsyncThrowingStream { try await watch.next() }
    }
}
