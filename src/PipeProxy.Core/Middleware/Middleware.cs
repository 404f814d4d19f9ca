namespace PipeProxy.Core.Middleware;

/// <summary>A step between router and service, compiled once from its definition and shared by every router that names it.</summary>
/// <param name="name">Name of the definition, without the provider.</param>
public abstract class Middleware(string name)
{
    /// <summary>Name of the definition, without the provider.</summary>
    public string Name { get; } = name;
}
