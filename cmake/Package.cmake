# The Debian package of the chat server: `cpack -G DEB` in a build folder, or tools/check-package, which tries it out.
#
# Name, version and maintainer scripts are Debian's conventions; what the package depends on is read from the program.

install(TARGETS parley RUNTIME DESTINATION /usr/bin)
install(FILES deploy/systemd/parley.service DESTINATION /lib/systemd/system)
install(FILES deploy/parley.toml DESTINATION /etc/parley)
install(FILES LICENSE DESTINATION /usr/share/doc/parley RENAME copyright)
install(FILES README.md docs/chat.md docs/operation.md docs/security.md DESTINATION /usr/share/doc/parley)
install(FILES deploy/prometheus/alerts.yml deploy/grafana/parley.json deploy/coturn/turnserver.conf
  DESTINATION /usr/share/doc/parley/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
# What has been built is packed; the package target does not build all the tests first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CPACK_PACKAGE_NAME parley)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "Parley maintainers <parley@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "chat server for guests who meet by chance")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Guests without an account are matched two by two, write to each other, share files\nand call each other. It speaks Socket.IO and needs no other service.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.51)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian/conffiles"
  "${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian/postinst"
  "${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian/prerm"
  "${CMAKE_CURRENT_SOURCE_DIR}/deploy/debian/postrm")
include(CPack)
