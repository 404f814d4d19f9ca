namespace PipeProxy.EndToEnd.Harness;

/// <summary>A test that needs a Docker Engine: skipped without one, unless CI is set, where it fails.</summary>
internal sealed class DockerFactAttribute : FactAttribute
{
    /// <summary>Looks for Docker, once a process.</summary>
    public DockerFactAttribute() => Skip = DockerHost.SkipReason;
}

/// <summary>As <see cref="DockerFactAttribute"/>, with data.</summary>
internal sealed class DockerTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for Docker, once a process.</summary>
    public DockerTheoryAttribute() => Skip = DockerHost.SkipReason;
}
