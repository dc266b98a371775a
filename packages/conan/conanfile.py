"""A recipe for Conan 2 that takes what is installed, and builds nothing:

    conan export-pkg "C:\\Program Files\\ShmBroker\\packages\\conan" -s os=Windows -s arch=x86_64
"""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import copy


class ShmBroker(ConanFile):
    name = "shmbroker"
    version = "0.2.0"
    description = "Named shared memory between Windows programs, through the ShmBroker service"
    license = "MIT"
    homepage = "https://github.com/shmbroker/shmbroker"
    package_type = "shared-library"
    settings = "os", "arch"  # a C interface: any compiler, and programs built for debugging, take the same DLL

    def validate(self):
        if self.settings.os != "Windows" or self.settings.arch not in ("x86", "x86_64"):
            raise ConanInvalidConfiguration("ShmBroker has a shmclient.dll for Windows, x86 and x86_64")

    def package(self):
        installed = os.path.normpath(os.path.join(self.source_folder, "..", ".."))
        is_wide = self.settings.arch == "x86_64"
        dll = installed if is_wide else os.path.join(installed, "x86")
        library = os.path.join(installed, "lib", "x64" if is_wide else "x86")
        copied = [
            copy(self, "shmbroker/*", os.path.join(installed, "include"), os.path.join(self.package_folder, "include")),
            copy(self, "shmclient.dll", dll, os.path.join(self.package_folder, "bin")),
            copy(self, "shmclient.lib", library, os.path.join(self.package_folder, "lib")),
            copy(self, "LICENSE", os.path.join(installed, "docs"), os.path.join(self.package_folder, "licenses")),
            copy(self, "*.txt", os.path.join(installed, "docs"), os.path.join(self.package_folder, "licenses")),
        ]
        if not all(copied):
            raise ConanInvalidConfiguration(
                f"{installed} lacks something: this recipe belongs into the folder packages/conan of an installed "
                "ShmBroker, with the feature Development"
            )

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "ShmBroker")
        self.cpp_info.components["client"].set_property("cmake_target_name", "ShmBroker::client")
        self.cpp_info.components["client"].libs = ["shmclient"]
        self.cpp_info.components["cpp"].set_property("cmake_target_name", "ShmBroker::cpp")
        self.cpp_info.components["cpp"].requires = ["client"]
        self.cpp_info.components["cpp"].bindirs = self.cpp_info.components["cpp"].libdirs = []
