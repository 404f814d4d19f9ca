namespace PipeProxy.Core.Configuration;

/// <summary>What the data plane finds out about a backend by itself.</summary>
public enum BackendSignal
{
    /// <summary>Its port accepts connections: a starting backend is up.</summary>
    PortOpen,
}
