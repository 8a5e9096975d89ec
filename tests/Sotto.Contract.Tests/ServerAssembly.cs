namespace Sotto.Contract.Tests;
